// Every dashboard: file name to JSON.
{
  local config = $._config,
  local signals = { [signal.name]: signal for group in $._signals for signal in group.signals },
  local kit = (import 'lib/kit.libsonnet')(config, signals),
  local boards = {
    ops: import 'ops.libsonnet',
    api: import 'api.libsonnet',
    workers: import 'workers.libsonnet',
    database: import 'database.libsonnet',
    business: import 'business.libsonnet',
    llm: import 'llm.libsonnet',
    signins: import 'signins.libsonnet',
    frontend: import 'frontend.libsonnet',
    uptime: import 'uptime.libsonnet',
    errors: import 'errors.libsonnet',
    hosting: import 'hosting.libsonnet',
    vigie: import 'vigie.libsonnet',
  },

  grafanaDashboards:: { [name + '.json']: boards[name](config, signals, kit) for name in std.objectFields(boards) },
}
