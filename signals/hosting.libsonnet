// Whether the machines cope: CPU, memory and disk. Each is one recorded series with a `source` label, read from whatever
// describes the machine: node_exporter, or the process metrics of the application itself.
function(config)
  local promql = import 'promql.libsonnet';
  local app = config.selectors.app;
  local node = config.selectors.node;
  local limit = config.app.memoryLimitBytes;
  local chosen(sources) = { [name]: sources[name] for name in config.numbers.hosting if std.get(sources, name) != null };
  local host = {
    component: 'hosting',
    class: 'saturation',
    owner: 'platform',
    runbook: 'RB-007',
  };

  [
    {
      name: 'cpu',
      title: 'CPU usage',
      description: 'Share of the CPU time in use; near 100% everything becomes slow.',
      unit: 'ratio',
      perSource: true,
      by: ['source', 'instance'],
      record: 'product_instance:cpu_usage:ratio_rate' + config.windows.cpu,
      sources: chosen({
        node: promql.exact('1 - avg by (product, instance) (rate(node_cpu_seconds_total{%s,mode="idle"}[%s]))' % [
          node,
          config.windows.cpu,
        ]),
        process: promql.exact('sum by (product, instance) (rate(process_cpu_seconds_total{%s}[%s])) / %s' % [
          app,
          config.windows.cpu,
          promql.number(config.app.cpuCores),
        ]),
      }),
      alert: host {
        name: 'HighCPU',
        summary: 'The CPU is nearly used up.',
        says: '{{ $labels.instance }} of {{ $labels.product }} uses %(value)s of its CPU ({{ $labels.source }})',
        action: 'Scale up, or find what began to work so hard.',
      },
    },
    {
      name: 'memory',
      title: 'Memory usage',
      description: 'Share of the memory in use; at 100% processes are killed.',
      unit: 'ratio',
      gauge: true,
      perSource: true,
      by: ['source', 'instance'],
      record: 'product_instance:memory_usage:ratio',
      sources: chosen({
        node: promql.exact(|||
          1
          -
            sum by (product, instance) (node_memory_MemAvailable_bytes{%(node)s})
          /
            sum by (product, instance) (node_memory_MemTotal_bytes{%(node)s})
        ||| % { node: node }),
        process: if limit != null then promql.exact(
          'max by (product, instance) (process_resident_memory_bytes{%s}) / %d' % [app, limit]
        ),
      }),
      alert: host {
        name: 'HighMemory',
        summary: 'Memory is nearly used up.',
        says: '{{ $labels.instance }} of {{ $labels.product }} uses %(value)s of its memory ({{ $labels.source }})',
        action: 'Scale up; if use only ever grows, look for a leak and restart until it is found.',
      },
    },
    {
      name: 'disk',
      title: 'Disk usage',
      description: 'Share of a disk in use; at 100% the database stops and writes fail.',
      unit: 'ratio',
      gauge: true,
      perSource: true,
      by: ['source', 'instance', 'mountpoint'],
      record: 'product_instance_mountpoint:disk_usage:ratio',
      sources: chosen({
        node: promql.exact(|||
          1
          -
            max by (product, instance, mountpoint) (node_filesystem_avail_bytes{%(disks)s})
          /
            max by (product, instance, mountpoint) (node_filesystem_size_bytes{%(disks)s})
        ||| % { disks: config.selectors.disks }),
      }),
      alert: host {
        name: 'DiskSpaceLow',
        summary: 'A disk is nearly full.',
        says: '%(value)s of the disk {{ $labels.mountpoint }} of {{ $labels.instance }} ({{ $labels.product }}) is used',
        action: 'Delete what is not needed, or expand the disk.',
      },
    },
  ]
