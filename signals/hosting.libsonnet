// Whether the machines cope: CPU, memory and disk. Each is one recorded series with a `source` label, read from whatever
// describes the machine (see machines.libsonnet).
function(config)
  local machines = import 'machines.libsonnet';
  local sources(number) = {
    [name]: machines[name](config)[number]
    for name in config.numbers.hosting
    if machines[name](config)[number] != null
  };
  // Supabase describes its machine in a feed, and not where Vigie reads it.
  local machine = {
    unit: 'ratio',
    gauge: true,
    perSource: true,
    reads: { supabase: 'supabase_feed' },
  };
  local host = {
    component: 'hosting',
    class: 'saturation',
    owner: 'platform',
    runbook: 'RB-007',
  };

  [
    machine {
      name: 'cpu',
      title: 'CPU usage',
      description: 'Share of the CPU time in use; near 100% everything becomes slow.',
      by: ['source', 'instance'],
      record: 'product_instance:cpu_usage:ratio_rate' + config.windows.cpu,
      sources: sources('cpu'),
      alert: host {
        name: 'HighCPU',
        summary: 'The CPU is nearly used up.',
        says: '{{ $labels.instance }} of {{ $labels.product }} uses %(value)s of its CPU ({{ $labels.source }})',
        action: 'Scale up, or find what began to work so hard.',
      },
    },
    machine {
      name: 'memory',
      title: 'Memory usage',
      description: 'Share of the memory in use; at 100% processes are killed.',
      by: ['source', 'instance'],
      record: 'product_instance:memory_usage:ratio',
      sources: sources('memory'),
      alert: host {
        name: 'HighMemory',
        summary: 'Memory is nearly used up.',
        says: '{{ $labels.instance }} of {{ $labels.product }} uses %(value)s of its memory ({{ $labels.source }})',
        action: 'Scale up; if use only ever grows, look for a leak and restart until it is found.',
      },
    },
    machine {
      name: 'disk',
      title: 'Disk usage',
      description: 'Share of a disk in use; at 100% the database stops and writes fail.',
      by: ['source', 'instance', 'mountpoint'],
      record: 'product_instance_mountpoint:disk_usage:ratio',
      sources: sources('disk'),
      alert: host {
        name: 'DiskSpaceLow',
        summary: 'A disk is nearly full.',
        says: '%(value)s of the disk {{ $labels.mountpoint }} of {{ $labels.instance }} ({{ $labels.product }}) is used',
        action: 'Delete what is not needed, or expand the disk.',
      },
    },
  ]
