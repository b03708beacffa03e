// From signals to what Prometheus evaluates: recording rules, and the alerts on what they record.
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
