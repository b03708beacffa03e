// What was promised for a month: how much of it is left, and how fast it is used up.
local panel = import 'panel.libsonnet';
local subject = import 'subject.libsonnet';
local thresholds = import 'thresholds.libsonnet';
local number = (import '../../signals/promql.libsonnet').number;

function(config, signals, kit)
  local days = 30;
  local mean(signal) = 'avg_over_time(%s[%dd])' % [kit.series(signal), days];
  local left(bad, goal) = 'clamp_min(1 - %s / (%s > 0) / (1 - %s), 0)' % [bad, mean(signals.requests), number(goal)];
  local objectives = {
    Availability: {
      goal: config.slo.availability,
      source: subject.sourceOf(signals.serverErrors),
      // Errors are recorded by the minute, requests by the second.
      bad: mean(signals.serverErrors) + ' / 60',
      promise: '%s%% of the requests do not fail',
    },
    Latency: {
      goal: config.slo.latency,
      source: subject.sourceOf(signals.slowRequests),
      bad: mean(signals.slowRequests),
      promise: '%%s%%%% of the requests take at most %s s' % config.slo.bound,
    },
  };

  {
    // Share of the errors, or of the slow requests, that the promise still allows.
    left(name)::
      local objective = objectives[name];
      local promise = objective.promise % number(objective.goal * 100);
      panel.newNumber(subject.new(
        name + ' budget left',
        'What is left of the promise that %s, over %d days. At 0%% it is broken.' % [promise, days],
        'ratio',
        objective.source,
        { limits: thresholds.shares(0.25, 0.001) },
      )) +
      panel.withInstant(left(objective.bad, objective.goal), name + ' budget left'),

    // Every window of one objective, with the line at which it alerts.
    burn(name)::
      local windows = [signals['burn%s%s' % [name, long]] for long in ['1h', '6h', '1d', '3d']];
      panel.newTrend(subject.new(
        name + ' budget burn',
        'How many times too fast the budget of %s is used, by window. Each alerts at a line of its own: %s.' % [
          std.asciiLower(name),
          std.join(', ', [
            '%s at %s' % [signal.alert.labels.window, number(config.alerts[signal.alert.settings].warning)]
            for signal in windows
          ]),
        ],
        'times',
        objectives[name].source,
      )) +
      panel.withSeveral +
      panel.withCeiling(1) +
      std.foldl(
        function(built, signal) built + panel.withQuery(kit.series(signal), 'over ' + signal.alert.labels.window),
        windows,
        {}
      ),
  }
