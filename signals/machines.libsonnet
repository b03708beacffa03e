// Who describes the machines: for each, shares in use by `instance`, disks by `mountpoint` too; what one cannot tell is
// null.
local promql = import 'promql.libsonnet';

// A node_exporter, or a feed that speaks like one.
local node(selector, disks, config) = {
  cpu: promql.exact('1 - avg by (product, instance) (rate(node_cpu_seconds_total{%s,mode="idle"}[%s]))' % [
    selector,
    config.windows.cpu,
  ]),
  memory: promql.exact(|||
    1
    -
      sum by (product, instance) (node_memory_MemAvailable_bytes{%(node)s})
    /
      sum by (product, instance) (node_memory_MemTotal_bytes{%(node)s})
  ||| % { node: selector }),
  disk: promql.exact(|||
    1
    -
      max by (product, instance, mountpoint) (node_filesystem_avail_bytes{%(disks)s})
    /
      max by (product, instance, mountpoint) (node_filesystem_size_bytes{%(disks)s})
  ||| % { disks: disks }),
};

{
  node(config):: node(config.selectors.node, config.selectors.disks, config),

  // The feed of a Supabase project: the machine that its database runs on.
  supabase(config):: node(config.selectors.supabase, config.selectors.supabase + ',mountpoint="/data"', config),

  // The process of the application, which knows no limits of its own.
  process(config):: {
    local app = config.selectors.app,
    local limit = config.app.memoryLimitBytes,
    cpu: promql.exact('sum by (product, instance) (rate(process_cpu_seconds_total{%s}[%s])) / %s' % [
      app,
      config.windows.cpu,
      promql.number(config.app.cpuCores),
    ]),
    memory: if limit != null then promql.exact(
      'max by (product, instance) (process_resident_memory_bytes{%s}) / %d' % [app, limit]
    ),
    disk: null,
  },

  // A service of Railway stands for a machine, its volume for a disk: the labels of the two get those names.
  railway(config):: {
    local set(expr, label, value, source='', pattern='') =
      'label_replace(%s, "%s", "%s", "%s", "%s")' % [expr, label, value, source, pattern],
    local renamed(expr, from, to) = set(set(expr, to, '$1', from, '(.+)'), from, ''),
    local figure(name, by) = promql.gauge(name, config.selectors.railway, by),
    local share(used, limit, by) = '%s / (%s > 0)' % [figure(used, by), figure(limit, by)],
    local ofService(used, limit, by=[]) = renamed(share(used, limit, ['service'] + by), 'service', 'instance'),
    cpu: promql.exact(ofService('railway_service_cpu_usage_cores', 'railway_service_cpu_limit_cores')),
    memory: promql.exact(ofService('railway_service_memory_usage_bytes', 'railway_service_memory_limit_bytes')),
    disk: promql.exact(renamed(
      ofService('railway_volume_used_bytes', 'railway_volume_size_bytes', ['volume']), 'volume', 'mountpoint'
    )),
  },
}
