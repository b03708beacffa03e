// From signals to what Prometheus evaluates: recording rules, and the alerts on what they record.
local units = import '../signals/units.libsonnet';
local alert = import 'alert.libsonnet';
local sources = import '../signals/sources.libsonnet';

// A group of which nothing is left is no group.
local groups(suffix, signals, rules) = {
  groups: std.filter(function(group) group.rules != [], [
    {
      name: 'vigie-%s-%s' % [group.name, suffix],
      rules: std.flattenArrays([rules(signal) for signal in group.signals]),
    }
    for group in signals
  ]),
};

{
  local config = $._config,

  // All signals; those whose sources the product does not have are there too, without `sources`.
  _signals:: (import '../signals/main.libsonnet')(config),

  // Those of which people are told.
  _alerting:: [signal for group in $._signals for signal in group.signals if alert.isOn(signal, config)],

  // What `thresholds` may name: settings of every alert, with the source to which it belongs and, where nothing gives its
  // number (`isIdle`), the keys of vigie.yaml that would. `greatest` is the greatest value that there can be, or null.
  alertSettings:: {
    [signal.alert.settings]: {
      isIdle: signal.sources == {},
      keys: std.set(std.flatMap(sources.keys, signal.couldRead)),
      greatest: signal.alert.greatest,
      warning: std.get(config.alerts[signal.alert.settings], 'warning'),
    }
    for group in $._signals
    for signal in group.signals
    if signal.alert != null
  },

  // One sentence for each threshold that is possible but was hardly meant.
  doubtful:: std.set([
    'thresholds.%s.%s: %s' % [signal.alert.settings, side, unit.doubt]
    for group in $._signals
    for signal in group.signals
    if signal.alert != null
    for unit in [units[signal.unit]]
    if unit.usual != null
    for side in ['warning', 'critical']
    for threshold in [std.get(config.alerts[signal.alert.settings], side)]
    if threshold != null && threshold > unit.usual
  ]),

  prometheusRules:: groups('signals', $._signals, function(signal) [
    {
      record: signal.record,
      expr: signal.sources[source],
      [if signal.perSource then 'labels']: { source: source },
    }
    for source in std.objectFields(signal.sources)
    if signal.record != null
  ]),

  prometheusAlerts:: groups('alerts', $._signals, function(signal)
    if alert.isOn(signal, config) then alert.rules(signal, config) else []),
}
