// Whether work in the background gets done: queues, jobs and workers, in the names of celery-exporter.
function(config)
  local promql = import 'promql.libsonnet';
  local window = config.windows.jobs;
  local vigie = config.selectors.vigie;
  local rate(counter) = 'sum by (product) (rate(%s{%s}[%s]))' % [counter, vigie, window];
  local workers = 'product:celery_workers:sum';
  local finished = 'product:celery_task_finished:rate' + window;
  local job = {
    component: 'jobs',
    owner: 'backend',
    source: 'celery',
    runbook: 'RB-005',
    mutedBy: ['SourceSilent'],
  };

  [
    {
      name: 'queueLength',
      title: 'Queue length',
      description: 'Jobs that wait in a queue, all its priorities together.',
      unit: 'count',
      gauge: true,
      by: ['queue_name'],
      record: 'product_queue:celery_queue_length:max',
      sources: { celery: 'max by (product, queue_name) (celery_queue_length{%s})' % vigie },
      alert: job {
        name: 'QueueBackup',
        class: 'saturation',
        groupBy: ['queue_name'],
        summary: 'Jobs pile up in a queue.',
        says: '%(value)s jobs wait in the queue {{ $labels.queue_name }} of {{ $labels.product }}',
        action: 'Look whether the workers finish jobs: if they do, add workers; if not, restart them.',
      },
    },
    {
      name: 'jobsFinished',
      title: 'Jobs finished',
      description: 'Jobs that ended in a second, well or not; a retry is not an end.',
      unit: 'perSecond',
      record: finished,
      // Both kinds of series may be missing, so they are united, not added; a label of their own keeps the two apart.
      sources: {
        celery: |||
          sum by (product) (
            rate(celery_task_succeeded_total{%(vigie)s}[%(window)s])
            or
            label_replace(rate(celery_task_failed_total{%(vigie)s}[%(window)s]), "outcome", "failed", "", "")
          )
        ||| % { vigie: vigie, window: window },
      },
    },
    {
      name: 'jobFailures',
      title: 'Job failure rate',
      description: 'Share of finished jobs that failed for good. No finished job counts as no failure.',
      unit: 'ratio',
      record: 'product:celery_task_failed_per_finished:ratio_rate' + window,
      sources: { celery: promql.share(rate('celery_task_failed_total'), finished) },
      alert: job {
        name: 'JobFailures',
        class: 'errors',
        summary: 'Too many jobs fail.',
        says: '%(value)s of the jobs of {{ $labels.product }} fail',
        action: 'Find the failing task and its exception in Sentry, then roll back or fix it and run the jobs again.',
        guard: { events: finished, window: window },
      },
    },
    {
      name: 'workers',
      title: 'Worker count',
      description: 'Workers that answer.',
      unit: 'count',
      gauge: true,
      record: workers,
      sources: { celery: 'sum by (product) (max by (product, hostname) (celery_worker_up{%s}))' % vigie },
      alert: job {
        name: 'NoWorkers',
        class: 'availability',
        when: 'down',
        summary: 'No worker is left.',
        says: 'No Celery worker of {{ $labels.product }} answers, so no job is done',
        action: 'Restart the worker service and read why it ended.',
      },
    },
    {
      name: 'workerUp',
      title: 'Worker',
      description: 'Whether a worker that was there still answers.',
      unit: 'up',
      gauge: true,
      by: ['hostname'],
      record: 'product_worker:celery_worker_up:max',
      sources: { celery: 'max by (product, hostname) (celery_worker_up{%s})' % vigie },
      alert: job {
        name: 'WorkerDown',
        class: 'availability',
        when: 'down',
        summary: 'A worker has stopped answering.',
        says: 'The worker {{ $labels.hostname }} of {{ $labels.product }} shows no sign of life and nothing replaced it',
        action: 'Restart the worker, or do nothing if it was taken away on purpose.',
        mutedBy+: ['NoWorkers'],
        onlyIf: 'last_over_time(%(workers)s[%(gauge)s]) < max_over_time(%(workers)s[15m])' % {
          workers: workers,
          gauge: config.gaugeWindow,
        },
      },
    },
    {
      name: 'queueGrowth',
      title: 'Queue growth',
      description: 'Jobs by which all queues together grew within ten minutes.',
      unit: 'count',
      gauge: true,
      record: 'product:celery_queue_growth:delta10m',
      sources: {
        celery: |||
          sum by (product) (last_over_time(product_queue:celery_queue_length:max[%(gauge)s]))
          -
          sum by (product) (last_over_time(product_queue:celery_queue_length:max[%(gauge)s] offset 10m))
        ||| % { gauge: config.gaugeWindow },
      },
      alert: job {
        name: 'StuckWorkers',
        class: 'availability',
        summary: 'Workers are up and finish nothing.',
        says: 'The queues of {{ $labels.product }} grew by %(value)s jobs in ten minutes, and the workers that are up finish none',
        action: 'Restart the workers; see with `celery inspect active` what they are stuck in, and give it a time limit.',
        mutedBy+: ['CeleryEventsOff', 'CeleryEventsLost'],
        // Without task events, what the heartbeats of the workers say to be begun stands in for what is finished.
        onlyIf: |||
          %(workers)s > 0
          and on (product)
          (
            %(finished)s
            or
            sum by (product) (rate(vigie_celery_worker_processed_total{%(vigie)s}[%(window)s]))
          ) == 0
        ||| % { workers: promql.latest(workers, config), finished: finished, vigie: vigie, window: window },
      },
    },
    {
      name: 'eventsEnabled',
      title: 'Task events',
      description: 'Whether a worker sends the events from which jobs are counted.',
      unit: 'up',
      gauge: true,
      by: ['hostname'],
      record: 'product_worker:celery_events_enabled:max',
      sources: { celery: 'max by (product, hostname) (vigie_celery_events_enabled{%s})' % vigie },
      alert: job {
        name: 'CeleryEventsOff',
        class: 'blindness',
        runbook: 'RB-010',
        when: 'down',
        summary: 'A worker sends no task events.',
        says: 'The worker {{ $labels.hostname }} of {{ $labels.product }} works without sending task events',
        action: 'Start the worker with -E, or set enable_events: true under sources.celery.',
        mutedBy+: ['WorkerDown'],
      },
    },
    {
      name: 'eventsLost',
      title: 'Breaks of task events',
      description: 'Times in a quarter of an hour that the stream of task events broke or overflowed: the totals of jobs may be too low.',
      unit: 'count',
      record: 'product:celery_events_lost:increase15m',
      sources: {
        celery: promql.exact(std.join('\n+\n', [
          'sum by (product) (increase(%s{%s}[15m]))' % [counter, vigie]
          for counter in ['vigie_celery_events_interruptions_total', 'vigie_celery_events_dropped_total']
        ])),
      },
      alert: job {
        name: 'CeleryEventsLost',
        class: 'blindness',
        runbook: 'RB-010',
        summary: 'Task events may have been lost.',
        says: 'The stream of task events of {{ $labels.product }} broke or overflowed %(value)s times in a quarter of an hour',
        action: 'Compare the totals of jobs with reason; if it happens again, raise client-output-buffer-limit of Redis.',
      },
    },
  ]
