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
      name: 'redisUp',
      title: 'Redis',
      description: 'Whether a connection to Redis succeeds and answers: without it no job can be queued or done.',
      unit: 'up',
      gauge: true,
      record: 'product:redis_up:max',
      sources: { redis: promql.gauge('redis_up', vigie) },
      alert: redis {
        name: 'RedisDown',
        class: 'availability',
        owner: 'backend',
        mutedBy: [],
        when: 'down',
        remembers: true,
        mostlyDown: [{ over: '5m' }],
        summary: 'Redis cannot be reached.',
        says: 'No connection to the Redis of {{ $labels.product }} succeeds, so no job is queued or done',
        action: 'Read the status and the log of Redis at its host; if it was killed, give it more memory and start it.',
      },
    },
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
