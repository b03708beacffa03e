// Whether anybody is looking: silence is not health, so whatever is read has a twin that says that it is not.
function(config)
  local promql = import 'promql.libsonnet';
  local vigie = config.selectors.vigie;
  local absent = [
    'absent(up{job="%s",product="%s"})' % [job, config.product]
    for job in config.jobs
  ];
  local monitoring = {
    component: 'monitoring',
    class: 'blindness',
    owner: 'platform',
    runbook: 'RB-009',
  };
  local silent = monitoring { runbook: 'RB-008' };

  [
    {
      name: 'sourceUp',
      title: 'Source',
      description: 'Whether the latest poll of a source read everything that it should.',
      unit: 'up',
      gauge: true,
      by: ['source'],
      record: 'product_source:vigie_source_up:max',
      sources: { vigie: 'max by (product, source) (vigie_source_up{%s})' % vigie },
      alert: silent {
        name: 'SourceSilent',
        when: 'down',
        summary: 'A source of numbers is silent.',
        says: 'Vigie cannot read {{ $labels.source }} of {{ $labels.product }}',
        action: 'Run `vigie check`: it says what failed and what to do.',
        mutedBy: ['DatabaseDown'],
      },
    },
    {
      name: 'sourceAge',
      title: 'Age of numbers',
      description: 'Intervals since a source last gave its numbers; one is normal.',
      unit: 'count',
      gauge: true,
      by: ['source'],
      record: 'product_source:vigie_source_intervals_since_success:min',
      sources: {
        vigie: |||
          min by (product, source) (
              (time() - vigie_source_last_success_timestamp_seconds{%(vigie)s})
            /
              vigie_source_poll_interval_seconds{%(vigie)s}
          )
        ||| % { vigie: vigie },
      },
      alert: silent {
        name: 'SourceStale',
        summary: 'The numbers of a source are old.',
        says: 'The numbers of {{ $labels.source }} of {{ $labels.product }} are %(value)s intervals old',
        action: 'Run `vigie check`; if the source answers, restart Vigie.',
        mutedBy: ['DatabaseDown', 'SourceSilent'],
      },
    },
    {
      name: 'budget',
      title: 'Requests left',
      description: 'Requests that Vigie may still send to a source within its allowance.',
      unit: 'count',
      gauge: true,
      by: ['source'],
      record: 'product_source:vigie_source_budget_remaining:min',
      sources: { vigie: 'min by (product, source) (vigie_source_budget_remaining{%s})' % vigie },
      alert: silent {
        name: 'ApiBudgetLow',
        class: 'saturation',
        when: 'below',
        summary: 'Requests to a source are used up.',
        says: 'Vigie may send %(value)s requests to {{ $labels.source }} of {{ $labels.product }} now, so its numbers come late',
        action: 'Raise its interval in vigie.yaml, or its allowance if the plan has more.',
      },
    },
    {
      name: 'seriesDropped',
      title: 'Series dropped',
      description: 'Series that were folded into `other` in a quarter of an hour, because their family has too many.',
      unit: 'count',
      by: ['source', 'family'],
      record: 'product_family:vigie_series_dropped:increase15m',
      sources: {
        vigie: promql.exact(
          'max by (product, source, family) (increase(vigie_series_dropped_total{%s}[15m]))' % vigie
        ),
      },
      alert: silent {
        name: 'SeriesDropped',
        summary: 'A source has more series than it may have.',
        says: '%(value)s series of {{ $labels.family }} ({{ $labels.source }}) of {{ $labels.product }} were folded into one',
        action: 'Find the label that grows; bound it, or raise max_series of the source.',
      },
    },
    {
      name: 'targetUp',
      title: 'Target',
      description: 'Whether Prometheus can scrape a target.',
      unit: 'up',
      gauge: true,
      by: ['job', 'instance'],
      record: 'product_job_instance:up:max',
      sources: { prometheus: 'max by (product, job, instance) (up{%s})' % config.selectors.targets },
      alert: monitoring {
        name: 'TargetDown',
        when: 'down',
        summary: 'A target cannot be scraped.',
        says: 'Prometheus cannot scrape {{ $labels.instance }} ({{ $labels.job }}) of {{ $labels.product }}',
        action: 'Open the targets page of Prometheus: it names the error.',
        mutedBy: ['SiteDown'],
      },
    },
    {
      name: 'vigieUp',
      title: 'Vigie',
      description: 'Whether Prometheus can scrape Vigie, which every alert on database, queues and jobs depends on.',
      unit: 'up',
      gauge: true,
      record: 'product:vigie_up:max',
      sources: { prometheus: 'max by (product) (up{%s})' % vigie },
      alert: monitoring {
        name: 'VigieDown',
        when: 'down',
        summary: 'Vigie cannot be scraped.',
        says: 'Prometheus cannot scrape the Vigie of {{ $labels.product }}, so database, queues and jobs go unwatched',
        action: 'Restart Vigie and read the last lines of its log.',
      },
    },
    {
      name: 'targetAbsent',
      title: 'Missing jobs',
      description: 'Jobs that should be scraped and are in no scrape configuration.',
      unit: 'count',
      by: ['job'],
      sources: { [if absent != [] then 'prometheus']: std.join('\nor\n', absent) },
      alert: monitoring {
        name: 'TargetAbsent',
        when: 'present',
        summary: 'A job is not scraped any more.',
        says: 'Prometheus has no target for the job {{ $labels.job }} of {{ $labels.product }}',
        action: 'Render the scrape configuration again and reload Prometheus.',
      },
    },
    {
      name: 'watchdog',
      title: 'Watchdog',
      description: 'Always 1: as long as it arrives, Prometheus evaluates rules and Alertmanager delivers.',
      unit: 'count',
      sources: { prometheus: 'vector(1)' },
      alert: monitoring {
        name: 'Watchdog',
        when: 'present',
        summary: 'Alerting works.',
        says: 'This alert always fires ({{ $value }}), so that a dead-man\'s switch can tell when alerting stops',
        action: 'Do nothing; it is the end of this alert that means trouble.',
      },
    },
  ]
