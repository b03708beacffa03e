// Errors: what breaks in the code, as Sentry sees it.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  local about(title, description, unit) = subject.new(title, description, unit, 'sentry');
  local named = '{{project}}';
  local gauge(name, matchers='') = kit.gauge('sentry_' + name, ['project'], matchers);
  local ten = 'window="10m"';
  local day = 'window="24h"';
  local number(title, description, unit, expr) =
    panel.newNumber(about(title, description, unit)) + panel.withInstant(expr, title);
  local trend(title, description, unit, expr) =
    panel.newTrend(about(title, description, unit)) +
    panel.withSeveral +
    panel.withPace('2m') +
    panel.withQuery(expr, named);
  local events(by, matchers) = kit.increase('sentry_events_total', by, matchers) + ' > 0';

  dashboard.new(
    'errors',
    'What breaks in the code, as Sentry sees it: issues, events, transactions, crashes.',
    config
  ) +
  dashboard.withTime('24h') +
  dashboard.withRows([
    layout.row('Does something break?', [
      layout.line(4, [
        number(
          'Unresolved issues',
          'Issues that nobody resolved, seen in the last 90 days, all projects together.',
          'count',
          'sum(%s)' % gauge('unresolved_issues')
        ),
        number(
          'Failed transactions',
          'Share of the transactions of ten minutes that failed, in the worst project; a 404 is a failure to Sentry.',
          'ratio',
          'max(%s)' % gauge('transaction_failure_ratio', ten)
        ),
        number(
          'Transactions p95',
          'Time within which 95 of 100 transactions of ten minutes end, in the slowest project.',
          'seconds',
          'max(%s)' % gauge('transaction_p95_seconds', ten)
        ),
        number(
          'Sessions without a crash',
          'Share of the sessions of 24 hours without a crash, in the worst project.',
          'ratio',
          'min(%s)' % gauge('crash_free_sessions_ratio', day)
        ),
        number(
          'Users without a crash',
          'Share of the users of 24 hours without a crash, in the worst project.',
          'ratio',
          'min(%s)' % gauge('crash_free_users_ratio', day)
        ),
      ]),
      layout.line(8, [
        panel.newBars(
          about(
            'Errors by project',
            'Errors that Sentry accepted in each interval; it counts them by the hour.',
            'count'
          )
        ) +
        panel.withInterval('5m') +
        panel.withQuery(events(['project'], 'category="error",outcome="accepted"'), named) +
        panel.withQuiet('No error was reported'),
        trend(
          'Unresolved issues by project',
          'Issues that nobody resolved; Sentry stops counting at 1000.',
          'count',
          gauge('unresolved_issues')
        ),
        trend(
          'Failed transactions by project',
          'Share of the transactions of ten minutes that failed; a 404 is a failure to Sentry.',
          'ratio',
          gauge('transaction_failure_ratio', ten)
        ),
      ]),
    ]),
    layout.row('Where is it slow?', [
      layout.line(8, [
        trend(
          'Transactions p95 by project',
          'Time within which 95 of 100 transactions of ten minutes end.',
          'seconds',
          gauge('transaction_p95_seconds', ten)
        ),
        trend(
          'Transactions p50 by project',
          'Time within which half of the transactions of ten minutes end.',
          'seconds',
          gauge('transaction_p50_seconds', ten)
        ),
        trend(
          'Server errors by project',
          'Share of the transactions of ten minutes that were answered with 5xx.',
          'ratio',
          gauge('transaction_server_error_ratio', ten)
        ),
      ]),
    ]),
    layout.row('Does Sentry see everything?', [
      layout.line(8, [
        panel.newBars(
          about(
            'Events that were lost',
            'Events that SDKs sent and that Sentry did not keep, by why: a limit or a quota hides errors.',
            'count'
          )
        ) +
        panel.withInterval('5m') +
        panel.withQuery(events(['category', 'outcome'], 'outcome!="accepted"'), '{{category}}: {{outcome}}') +
        panel.withQuiet('Every event was kept'),
        trend(
          'Users without a crash by project',
          'Share of the users of 24 hours without a crash.',
          'ratio',
          gauge('crash_free_users_ratio', day)
        ) + panel.withFloor(0.98),
        panel.newTrend(
          about(
            'Requests that Sentry still allows',
            'Requests left in the window of each endpoint of Sentry\'s API, as of the last answer.',
            'count'
          )
        ) +
        panel.withSeveral + panel.withQuery(
          kit.gauge('sentry_api_rate_limit_remaining_requests', ['endpoint']),
          '{{endpoint}}'
        ),
      ]),
    ]),
  ])
