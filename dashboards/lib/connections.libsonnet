// Connections of the database, beside the limits that its own settings make of the thresholds.
local panel = import 'panel.libsonnet';
local subject = import 'subject.libsonnet';
local thresholds = import 'thresholds.libsonnet';
local number = (import '../../signals/promql.libsonnet').number;

function(config, signals, kit)
  local settings = config.alerts[signals.connectionsUsed.alert.settings];
  local limit(side) = '%s * %s' % [number(settings[side]), kit.series(signals.connectionLimit)];
  {
    withLimits:: std.foldl(
      function(built, side) built + panel.withLimit(limit(side), side, thresholds.colours[side]),
      thresholds.sides(settings),
      {}
    ),

    trend(title)::
      panel.newTrend(subject.of(signals.connections, config) { title: title }) +
      panel.withQuery(kit.series(signals.connections), 'open') +
      self.withLimits,
  }
