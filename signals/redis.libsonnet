// Whether Redis keeps what it is given, in the names of redis_exporter: it holds the queues.
function(config)
  local promql = import 'promql.libsonnet';
  local vigie = config.selectors.vigie;
  local redis = {
    component: 'jobs',
    class: 'saturation',
    owner: 'platform',
    source: 'redis',
    runbook: 'RB-017',
    mutedBy: ['SourceSilent'],
  };

  [
    {
      name: 'redisKeeps',
      title: 'Redis keeps jobs',
      description: 'Whether Redis never throws keys away: its policy is noeviction, or its memory has no limit.',
      unit: 'up',
      gauge: true,
      record: 'product:redis_keeps_keys:max',
      sources: {
        redis: |||
          max by (product) (
            redis_memory_max_bytes{%(vigie)s} == bool 0
            or
            redis_instance_info{%(vigie)s,maxmemory_policy="noeviction"}
          )
        ||| % { vigie: vigie },
      },
      alert: redis {
        name: 'RedisMayEvict',
        when: 'down',
        summary: 'Redis may throw jobs away.',
        says: 'The Redis of {{ $labels.product }} has a memory limit and a maxmemory-policy that drops keys when it is reached',
        action: 'Set maxmemory-policy to noeviction, and give caches a Redis of their own.',
      },
    },
    {
      name: 'redisMemory',
      title: 'Redis memory',
      description: 'Share of the memory that Redis may use; at 100% it refuses writes or drops keys.',
      unit: 'ratio',
      gauge: true,
      record: 'product:redis_memory_per_limit:ratio',
      sources: {
        redis: promql.exact('%s / (%s > 0)' % [
          promql.gauge('redis_memory_used_bytes', vigie),
          promql.gauge('redis_memory_max_bytes', vigie),
        ]),
      },
      alert: redis {
        name: 'RedisMemoryHigh',
        summary: 'Redis is nearly full.',
        says: 'The Redis of {{ $labels.product }} uses %(value)s of the memory that it may use',
        action: 'See whether a queue or the results grow; expire results, or give Redis more memory.',
      },
    },
  ]
