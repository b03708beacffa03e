// From signals to what Prometheus evaluates: recording rules, and the alerts on what they record.
local units = import '../signals/units.libsonnet';
local alert = import 'alert.libsonnet';

{
  local config = $._config,

  _signals:: (import '../signals/main.libsonnet')(config),

  prometheusRules:: {
    groups: [
      {
        name: 'vigie-%s-signals' % group.name,
        rules: [
          {
            record: signal.record,
            expr: signal.sources[source],
            [if signal.perSource then 'labels']: { source: source },
          }
          for signal in group.signals
          if signal.record != null
          for source in std.objectFields(signal.sources)
        ],
      }
      for group in $._signals
    ],
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

  prometheusAlerts:: {
    groups: [
      {
        name: 'vigie-%s-alerts' % group.name,
        rules: std.flattenArrays([
          alert(signal, config)
          for signal in group.signals
          if signal.alert != null && signal.sources != {}
        ]),
      }
      for group in $._signals
    ],
  },
}
