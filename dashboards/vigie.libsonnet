// Vigie itself: whether the numbers can be trusted, and what reading them costs.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  local about(title, description, unit) = subject.new(title, description, unit, 'vigie');
  local source = ['source'];
  local named = '{{source}}';
  local trend(title, description, unit, expr, legend) =
    panel.newTrend(about(title, description, unit)) + panel.withSeveral + panel.withQuery(expr, legend);
  local own(name) = 'max by (instance) (%s)' % kit.vigie(name);

  local sources =
    panel.newTable(
      about(
        'Sources',
        'Every source: when it last gave its numbers, how long that took, and how often it is read.',
        'text'
      )
    ) +
    panel.withRows('1000 * %s' % kit.gauge('vigie_source_last_success_timestamp_seconds', source)) +
    panel.withRows(kit.gauge('vigie_source_poll_duration_seconds', source)) +
    panel.withRows(kit.gauge('vigie_source_poll_interval_seconds', source)) +
    panel.withRows(kit.gauge('vigie_source_budget_remaining', source)) +
    panel.withColumns(
      ['source', 'Value #A', 'Value #B', 'Value #C', 'Value #D'],
      ['Source', 'Last read', 'It took', 'Every', 'Requests left']
    ) +
    panel.withUnits({ 'Last read': 'ago', 'It took': 'seconds', Every: 'seconds', 'Requests left': 'count' });

  dashboard.new(
    'vigie',
    'Can the numbers be trusted: sources, their errors and budgets, targets, and Vigie\'s own process.',
    config
  ) +
  dashboard.withTime('3h') +
  dashboard.withRows([
    layout.row('Can the numbers be trusted?', [
      layout.line(4, [
        kit.number(signals.vigieUp, 'min'),
        panel.newNumber(about(
          'Sources that fail',
          'Sources whose latest poll did not read everything.',
          'count'
        ) { limits: [
          { color: 'green', value: null },
          { color: 'orange', value: 1 },
        ] }) +
        panel.withInstant('count(%s == 0) or vector(0)' % kit.series(signals.sourceUp), 'Sources that fail'),
        kit.number(signals.sourceAge),
        kit.number(signals.budget, 'min'),
        panel.newNumber(about('Series', 'Series that Vigie exports.', 'number')) +
        panel.withInstant('sum(%s)' % kit.vigie('scrape_samples_scraped'), 'Series'),
        panel.newNumber(
          about(
            'Time to scrape',
            'Time that a scrape of Vigie takes; it does no I/O, so it must not depend on anybody else.',
            'seconds'
          )
        ) +
        panel.withInstant('max(%s)' % kit.vigie('scrape_duration_seconds'), 'Time to scrape'),
      ]),
      layout.line(10, [kit.states(signals.sourceUp, 'Sources of numbers'), sources]),
    ]),
    layout.row('What fails, and why?', [
      layout.line(8, [
        panel.newBars(
          about(
            'Errors by source',
            'Polls, or parts of them, that failed in each interval, by source and reason.',
            'count'
          )
        ) +
        panel.withQuery(
          kit.increase('vigie_source_errors_total', ['source', 'reason']) + ' > 0',
          '{{source}}: {{reason}}'
        ) +
        panel.withQuiet('Nothing failed'),
        kit.trend(signals.sourceAge),
        trend(
          'Time of polls',
          'Time that the last poll of each source took.',
          'seconds',
          kit.gauge('vigie_source_poll_duration_seconds', source),
          named
        ),
      ]),
    ]),
    layout.row('What does reading cost?', [
      layout.line(8, [
        panel.newBars(about('Requests by source', 'Requests that Vigie sent in each interval, by source.', 'count')) +
        panel.withInterval('1m') +
        panel.withQuery(kit.increase('vigie_source_requests_total', source), named),
        kit.trend(signals.budget) + panel.withWideScale,
        kit.trend(signals.seriesDropped) + panel.withQuiet('No series was folded'),
      ]),
    ]),
    layout.row('Is the rest of the monitoring well?', [
      layout.line(8, [
        kit.states(signals.targetUp, 'Targets') + panel.withShare(9),
        trend(
          'Memory of Vigie',
          'Memory of each process of Vigie.',
          'bytes',
          own('process_resident_memory_bytes'),
          '{{instance}}'
        ) + panel.withShare(6),
        trend(
          'CPU of Vigie',
          'Cores in use by each process of Vigie.',
          'cores',
          kit.rate('process_cpu_seconds_total', ['instance']),
          '{{instance}}'
        ) + panel.withShare(5),
        panel.newTable(about('Versions', 'The versions of Vigie that run.', 'text')) +
        panel.withRows(kit.gauge('vigie_build_info', ['instance', 'version'])) +
        panel.withColumns(['instance', 'version'], ['Instance', 'Version']) +
        panel.withShare(4),
      ]),
    ]),
  ])
