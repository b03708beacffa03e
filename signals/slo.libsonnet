// Whether the promise of a month is kept: how many times too fast the errors that it allows are used up. Each pair of
// windows asks the same question: the long one says that it matters, the short one that it goes on.
function(config)
  local promql = import 'promql.libsonnet';
  local window = config.windows.http;
  local requests = 'product:http_requests:rate' + window;
  local slow = 'product:http_slow_requests:rate' + window;
  local source = config.numbers.http;
  local http = (import 'http.libsonnet')[source](config);
  // A percentile does not say how many requests were slow.
  local knowsSlow = http.slow != null;

  local objectives = [
    {
      name: 'Availability',
      known: true,
      word: 'fails',
      goal: config.slo.availability,
      bad(window):: 'avg_over_time(%s[%s]) / 60' % [
        'product:http_server_errors_per_minute:rate' + config.windows.http,
        window,
      ],
      runbook: 'RB-001',
      class: 'errors',
      action: 'Open the newest issues in Sentry; if they began with a release, roll it back.',
    },
    {
      name: 'Latency',
      known: knowsSlow,
      word: 'is slow',
      goal: config.slo.latency,
      bad(window):: 'avg_over_time(%s[%s])' % [slow, window],
      runbook: 'RB-003',
      class: 'latency',
      action: 'Find the slow route (Sentry, Performance), then look at CPU, the database and the LLM provider.',
    },
  ];
  local pairs = [
    { long: '1h', short: '5m' },
    { long: '6h', short: '30m' },
    { long: '1d', short: '2h' },
    { long: '3d', short: '6h' },
  ];

  local all(window) = 'avg_over_time(%s[%s])' % [requests, window];

  local burn(objective, pair) = {
    name: 'burn%s%s' % [objective.name, pair.long],
    title: '%s: budget burn over %s' % [objective.name, pair.long],
    description:
      'How many times faster than the goal of %s%% allows the budget of errors is used, over %s and still over %s.'
      % [promql.number(objective.goal * 100), pair.long, pair.short],
    unit: 'times',
    record: 'product:slo_%s_burn:min_%s_%s' % [std.asciiLower(objective.name), pair.long, pair.short],
    sources: {
      // The smaller of two shares; a label of its own keeps the long one apart. Without requests the short one is 0, and
      // the long one may be NaN, which is never the smaller.
      [if objective.known then source]: promql.exact(|||
        min by (product) (
          %(shortBad)s / (%(shortAll)s > 0)
          or
          0 * %(requests)s
          or
          label_replace(%(longBad)s / %(longAll)s, "over", "long", "", "")
        ) / (1 - %(goal)s)
      ||| % {
        shortBad: objective.bad(pair.short),
        shortAll: all(pair.short),
        longBad: objective.bad(pair.long),
        longAll: all(pair.long),
        requests: requests,
        goal: promql.number(objective.goal),
      }),
    },
    alert: {
      name: objective.name + 'BudgetBurn',
      settings: objective.name + 'Burn' + pair.long,
      labels: { window: pair.long },
      component: 'api',
      class: objective.class,
      owner: 'backend',
      runbook: objective.runbook,
      mutedBy: ['SiteDown'],
      repeats: (import 'service.libsonnet')(config).isDown,
      summary: 'The budget of requests that may go wrong is used up too fast.',
      says:
        'Over %s so much %s in {{ $labels.product }} that the budget of a month is used %%(value)s as fast as allowed'
        % [pair.long, objective.word],
      action: objective.action,
      guard: { events: all(pair.long), window: pair.long },
      // Where nothing at all goes well.
      greatest: std.round(1000 / (1 - objective.goal)) / 1000,
    },
  };

  [
    {
      name: 'slowRequests',
      title: 'Slow requests',
      description: 'Requests in a second that take longer than %s s.' % config.slo.bound,
      unit: 'perSecond',
      record: slow,
      sources: { [if knowsSlow then source]: http.slow(config.slo.bound) },
    },
  ] + [
    burn(objective, pair)
    for objective in objectives
    for pair in pairs
  ]
