// Whether what counts can be believed: where several workers of the application share one /metrics, each scrape is answered by
// another one, and every counter jumps back and forth. Prometheus takes each step back for a restart, and every rate is wrong.
{
  local record = 'product_job_instance:process_start_time_seconds:resets15m',
  // A process that starts anew has a later start, however often it does; an earlier one is another process.
  local most = 3,

  // Rates of the application without those of products whose counters jump.
  believed(expr):: '(%s) unless on (product) %s > %d' % [expr, record, most],

  signal(config):: {
    name: 'countersJump',
    title: 'Counters that jump',
    description: 'Times within a quarter of an hour that a scrape was answered by an older process than the one before.',
    unit: 'count',
    gauge: true,
    by: ['job', 'instance'],
    record: record,
    sources: {
      app: 'max by (product, job, instance) (resets(process_start_time_seconds{%s}[15m]))' % config.selectors.app,
    },
    alert: {
      name: 'CountersJump',
      component: 'api',
      class: 'blindness',
      owner: 'backend',
      runbook: 'RB-009',
      summary: 'Several workers share one /metrics, so its counters jump.',
      says: 'The scrapes of {{ $labels.instance }} of {{ $labels.product }} were answered by an older process %(value)s times',
      action: 'Set PROMETHEUS_MULTIPROC_DIR (multiprocess mode of prometheus_client), or scrape each worker or copy by itself.',
    },
  },
}
