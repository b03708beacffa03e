// Every dashboard: file name to JSON.
{
  local config = $._config,
  local signals = { [signal.name]: signal for group in $._signals for signal in group.signals },

  grafanaDashboards:: {
    'ops.json': (import 'ops.libsonnet')(config, signals),
  },
}
