// Every dashboard: file name to JSON.
//
// A dashboard is a file of its own: rows that ask, lines of panels that answer. Its panels are made by the kit (of
// signals) or by panel.libsonnet (of a subject that is described there); places, colours and empty states are decided in
// lib/. A new one needs a uid in config.libsonnet, a title in lib/titles.libsonnet and a line below.
local where = import '../signals/dashboards.libsonnet';

{
  local config = $._config,
  local signals = { [signal.name]: signal for group in $._signals for signal in group.signals },
  local kit = (import 'lib/kit.libsonnet')(config, signals, rendered),
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

  local made = { [name]: boards[name](config, signals, kit) for name in std.objectFields(boards) },

  // Ops, where everybody begins; those that can answer their first question, and those that an alert leads to.
  local ledTo = std.set([where[signal.alert.component].dashboard for signal in $._alerting]),
  local rendered = [
    name
    for name in std.objectFields(boards)
    if name == 'ops' || made[name].answers || std.member(ledTo, name)
  ],

  grafanaDashboards:: { [name + '.json']: made[name] for name in rendered },
}
