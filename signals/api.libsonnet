// What the customers of the product get: requests, errors and latency, from whoever counts them (see http.libsonnet).
function(config)
  local promql = import 'promql.libsonnet';
  local window = config.windows.http;
  local http = (import 'http.libsonnet')[config.numbers.http](config);
  local requests = 'product:http_requests:rate' + window;

  // One source, unless it cannot tell.
  local source(expr) = { [if expr != null then config.numbers.http]: expr };
  local perMinute(class) =
    local answers = http.answers(class);
    source(if answers != null then promql.exact('60 * (%s or 0 * %s)' % [answers, requests]));
  local symptom = {
    component: 'api',
    owner: 'backend',
    mutedBy: ['SiteDown'],
    repeats: (import 'service.libsonnet')(config).isDown,
  };
  local latency = symptom {
    runbook: 'RB-003',
    class: 'latency',
    action: 'Find the slow route (Sentry, Performance), then look at CPU, the database and the LLM provider.',
    guard: { events: requests, window: window },
  };

  [
    {
      name: 'requests',
      title: 'Request rate',
      description: 'Requests that the application answers, all routes together.',
      unit: 'perSecond',
      record: requests,
      sources: source(http.requests),
    },
    {
      name: 'errorRate',
      title: 'Error rate',
      description: 'Share of requests answered with 5xx: what customers see as broken. No request counts as no error.',
      unit: 'ratio',
      record: 'product:http_errors_per_request:ratio_rate' + window,
      sources: source(promql.share(http.answers(5), requests)),
      alert: symptom {
        name: 'HighErrorRate',
        runbook: 'RB-001',
        class: 'errors',
        summary: 'Too many requests fail.',
        says: '%(value)s of the requests to {{ $labels.product }} are answered with a server error',
        action: 'Open the newest issues in Sentry; if they began with a release, roll it back.',
        guard: { events: requests, window: window },
      },
    },
    {
      name: 'serverErrors',
      title: 'Server errors',
      description: '5xx answers in a minute, whatever their share of the traffic.',
      unit: 'perMinute',
      record: 'product:http_server_errors_per_minute:rate' + window,
      sources: perMinute(5),
      alert: symptom {
        name: 'ServerErrors',
        runbook: 'RB-001',
        class: 'errors',
        summary: 'The application answers with many server errors.',
        says: '{{ $labels.product }} answers %(value)s requests with a server error',
        action: 'Open the newest issues in Sentry; if they began with a release, roll it back.',
      },
    },
    {
      name: 'clientErrors',
      title: 'Client errors',
      description: '4xx answers in a minute: a scanner, a brute force, or a client that a release has broken.',
      unit: 'perMinute',
      record: 'product:http_client_errors_per_minute:rate' + window,
      sources: perMinute(4),
      alert: symptom {
        name: 'ClientErrors',
        runbook: 'RB-006',
        class: 'abuse',
        summary: 'The application refuses many requests.',
        says: '{{ $labels.product }} answers %(value)s requests with a client error',
        action: 'Find out who sends them: one address is abuse, many are a broken client.',
      },
    },
    {
      name: 'latencyP95',
      title: 'Response time',
      description: 'Time within which 95 of 100 requests are answered.',
      unit: 'seconds',
      record: 'product:http_request_duration_seconds:p95_rate' + window,
      sources: source(http.quantile(0.95)),
      alert: latency {
        name: 'SlowResponse',
        summary: 'The application answers slowly.',
        says: 'The slowest 5%% of the requests to {{ $labels.product }} take %(value)s or longer',
      },
    },
    {
      name: 'latencyP99',
      title: 'Response time, slowest 1%',
      description: 'Time within which 99 of 100 requests are answered: the unlucky customers.',
      unit: 'seconds',
      record: 'product:http_request_duration_seconds:p99_rate' + window,
      sources: source(http.quantile(0.99)),
      alert: latency {
        name: 'SlowTailResponse',
        summary: 'Some requests are answered very slowly.',
        says: 'The slowest 1%% of the requests to {{ $labels.product }} take %(value)s or longer',
      },
    },
  ]
