// API: requests, errors and duration, in total and by route.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local slo = import 'lib/slo.libsonnet';
local subject = import 'lib/subject.libsonnet';
local words = import 'lib/words.libsonnet';

function(config, signals, kit)
  local budget = slo(config, signals, kit);
  local about(title, description, unit) = subject.new(title, description, unit, 'app');
  local route = ['method', 'handler'];
  local named = '{{method}} {{handler}}';
  local failed = 'status=~"5.."';
  local mean(matchers='') = '%s / (%s > 0)' % [
    kit.appRate('http_request_duration_seconds_sum', route, matchers),
    kit.appRate('http_request_duration_seconds_count', route, matchers),
  ];
  local share =
    '%s / (%s > 0)' % [kit.appRate('http_requests_total', route, failed), kit.appRate('http_requests_total', route)];

  local byStatus =
    panel.newStack(
      about(
        'Requests by status',
        'Answers in a second by class of status: 2xx is well, 4xx refused, 5xx failed.',
        'perSecond'
      )
    ) +
    panel.withQuery(kit.appRate('http_requests_total', ['status']), '{{status}}') +
    panel.withColour('2xx', 'blue') +
    panel.withColour('3xx', 'purple') +
    panel.withColour('4xx', 'yellow') +
    panel.withColour('5xx', 'red');

  local routes =
    panel.newTable(
      about(
        'Routes',
        'Every route of the application now: how often it is asked for, how often it fails, how long it takes.',
        'text'
      )
    ) +
    panel.withRows(kit.appRate('http_requests_total', route)) +
    panel.withRows('%s or 0 * %s' % [share, kit.appRate('http_requests_total', route)]) +
    panel.withRows(mean()) +
    panel.withColumns(
      ['handler', 'method', 'Value #A', 'Value #B', 'Value #C'],
      ['Route', 'Method', 'Requests', 'Failed', 'Mean time']
    ) +
    panel.withSort('Requests', true) +
    panel.withUnits({ Requests: 'perSecond', Failed: 'ratio', 'Mean time': 'seconds' }) +
    panel.withWidths({ Method: 90, Requests: 120, Failed: 100, 'Mean time': 120 }) +
    panel.withOverride('Route', { mappings: words.of({ none: { text: 'no such route', color: 'text' } }) });

  dashboard.new('api', 'What customers of the API get: requests, errors and duration, in total and by route.', config) +
  dashboard.withRows([
    layout.row('Are customers served well?', [
      layout.line(4, [
        kit.number(signals.requests),
        kit.number(signals.errorRate),
        kit.number(signals.latencyP95),
        kit.number(signals.latencyP99),
        kit.number(signals.serverErrors),
        kit.number(signals.clientErrors),
      ]),
      layout.line(8, [byStatus, kit.trend(signals.errorRate), kit.trend(signals.latencyP95)]),
    ]),
    layout.row('Which route is it?', [
      layout.line(10, [
        routes + panel.withShare(2),
        panel.newTrend(about('Mean time by route', 'Mean time to answer, by route.', 'seconds')) +
        panel.withSeveral +
        panel.withQuery(mean('handler!="none"'), named),
      ]),
      layout.line(8, [
        panel.newBars(
          about('Failures by route', 'Answers with 5xx in each interval, by route: the code to look at.', 'count')
        ) +
        panel.withQuery(
          kit.appIncrease('http_requests_total', route, failed) + ' > 0',
          named
        ) +
        panel.withQuiet('No request failed'),
        panel.newBars(
          about(
            'Refusals by route',
            'Answers with 4xx in each interval, by route: a scanner, or a client that a release has broken.',
            'count'
          )
        ) +
        panel.withQuery(
          kit.appIncrease('http_requests_total', route, 'status=~"4.."') + ' > 0',
          named
        ) +
        panel.withQuiet('No request was refused'),
        kit.trend(signals.latencyP99),
      ]),
    ]),
    layout.row('Is the promise of the month kept?', [
      layout.line(8, [
        budget.left('Availability') + panel.withShare(4),
        budget.burn('Availability') + panel.withShare(8),
        budget.left('Latency') + panel.withShare(4),
        budget.burn('Latency') + panel.withShare(8),
      ]),
    ]),
  ])
