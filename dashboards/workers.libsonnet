// Workers: queues, jobs and the workers of Celery, and the Redis that carries them.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  local about(title, description, unit) = subject.new(title, description, unit, 'celery');
  local ofRedis(title, description, unit) = subject.new(title, description, unit, 'redis');
  local ended(outcome, by, operation=kit.rate) = operation('celery_task_%s_total' % outcome, by);
  local mean(name) =
    '%s / (%s > 0)' % [kit.rate(name + '_sum', ['name']), kit.rate(name + '_count', ['name'])];
  local age(name, by=[]) = 'time() - ' + kit.gauge(name, by);

  local tasks =
    panel.newTable(
      about('Tasks', 'Every kind of job now: how many end well, how many fail, how long they run and wait.', 'text')
    ) +
    panel.withRows(ended('succeeded', ['name'])) +
    panel.withRows(ended('failed', ['name'])) +
    panel.withRows(mean('celery_task_runtime')) +
    panel.withRows(mean('celery_task_queue_wait_time')) +
    panel.withColumns(
      ['name', 'Value #A', 'Value #B', 'Value #C', 'Value #D'],
      ['Task', 'Succeeded', 'Failed', 'Mean run', 'Mean wait']
    ) +
    panel.withSort('Succeeded', true) +
    panel.withUnits({ Succeeded: 'perSecond', Failed: 'perSecond', 'Mean run': 'seconds', 'Mean wait': 'seconds' }) +
    panel.withWidths({ Succeeded: 120, Failed: 120, 'Mean run': 110, 'Mean wait': 110 });

  local memory =
    panel.newTrend(
      ofRedis(
        'Redis memory in use',
        'Memory that Redis allocated; the dashed line is its limit, where it has one.',
        'bytes'
      )
    ) +
    panel.withQuery(kit.gauge('redis_memory_used_bytes'), 'in use') +
    panel.withLimit(kit.gauge('redis_memory_max_bytes') + ' > 0', 'limit', 'red');

  dashboard.new(
    'workers',
    'Does the work in the background get done: queues, jobs, workers, and Redis below them.',
    config
  ) +
  dashboard.withRows([
    layout.row('Does the work get done?', [
      layout.line(4, [
        kit.number(signals.queueLength),
        kit.number(signals.jobFailures),
        kit.number(signals.workers, worst='min'),
        kit.number(signals.jobsFinished),
        panel.newNumber(
          about(
            'Jobs in hand',
            'Jobs that workers took and have not acknowledged: fetched ahead, waiting for their time, or running.',
            'count'
          )
        ) +
        panel.withInstant(kit.gauge('vigie_celery_unacked_messages'), 'Jobs in hand'),
        panel.newNumber(
          about(
            'Oldest job in hand',
            'Time since the oldest unacknowledged job was handed out. Beyond the visibility timeout of the broker ' +
            'it runs twice.',
            'seconds'
          )
        ) +
        panel.withInstant(age('vigie_celery_oldest_unacked_timestamp_seconds'), 'Oldest job in hand') +
        panel.withNothing('none'),
      ]),
      layout.line(8, [kit.trend(signals.queueLength), kit.trend(signals.jobFailures), kit.trend(signals.queueGrowth)]),
    ]),
    layout.row('Which job is it?', [
      layout.line(8, [
        tasks + panel.withShare(2),
        panel.newBars(
          about('Failures by reason', 'Jobs that failed for good in each interval, by exception.', 'count')
        ) +
        panel.withQuery(ended('failed', ['name', 'exception'], kit.increase) + ' > 0', '{{name}}: {{exception}}') +
        panel.withQuiet('No job failed'),
      ]),
      layout.line(8, [
        panel.newStack(about('Jobs done by task', 'Jobs that ended well in a second, by task.', 'perSecond')) +
        panel.withQuery(ended('succeeded', ['name']), '{{name}}'),
        panel.newBars(about('Retries by task', 'Jobs that failed and will be tried again, by task.', 'count')) +
        panel.withQuery(ended('retried', ['name'], kit.increase) + ' > 0', '{{name}}') +
        panel.withQuiet('No job was tried again'),
        panel.newTrend(
          about('Wait by queue', 'Mean time from putting a job in until a worker starts it, by queue.', 'seconds')
        ) +
        panel.withSeveral +
        panel.withQuery(
          '%s / (%s > 0)' % [
            kit.rate('celery_task_queue_wait_time_sum', ['queue_name']),
            kit.rate('celery_task_queue_wait_time_count', ['queue_name']),
          ],
          '{{queue_name}}'
        ),
      ]),
    ]),
    layout.row('Are the workers well?', [
      layout.line(7, [
        kit.states(signals.workerUp),
        panel.newStack(about('Jobs running by worker', 'Jobs that each worker runs now, by its heartbeat.', 'count')) +
        panel.withQuery(kit.gauge('celery_worker_tasks_active', ['hostname']), '{{hostname}}'),
        kit.tiles(signals.eventsEnabled, ['sent', 'not sent']),
        kit.trend(signals.eventsLost),
      ]),
    ]),
    layout.row('Is Redis well?', [
      layout.line(7, [
        kit.number(signals.redisKeeps, 'min', said=['yes', 'no']) + panel.withShare(3),
        memory + panel.withShare(7),
        panel.newTrend(ofRedis('Redis commands', 'Commands that Redis runs in a second.', 'perSecond')) +
        panel.withQuery(kit.rate('redis_commands_processed_total'), 'commands') + panel.withShare(7),
        panel.newTrend(
          ofRedis('Redis time to answer', 'Time from a PING of Vigie to its answer, the network included.', 'seconds')
        ) +
        panel.withQuery(kit.gauge('redis_ping_duration_seconds'), 'PING') + panel.withShare(7),
      ]),
    ]),
  ])
