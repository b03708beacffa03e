// Who counts requests: the application, in either of two dialects, or whoever sees them pass. All answer the same
// questions, so that everything downstream is the same; what one cannot know is null.
//
//   requests        answers in a second
//   answers(class)  those of a class: 5 for 5xx
//   quantile(q)     seconds that this share of them stay below
//   slow(bound)     those that take longer than a bound of the histogram, written as its `le`
local promql = import 'promql.libsonnet';

// Counters of the application: name and status label of the counter, and name of the histogram.
local counted(names) = function(config) {
  local window = config.windows.http,
  local app = config.selectors.app,
  local rate(matchers) = 'sum by (product) (rate(%s{%s}[%s]))' % [names.counter, matchers, window],
  local buckets(matchers) = 'rate(%s_bucket{%s}[%s])' % [names.histogram, matchers, window],
  local within(bound) = 'sum by (product) (%s)' % buckets('%s,le="%s"' % [app, bound]),

  requests: rate(app),
  // "5xx" where statuses are grouped, 503 where they are not.
  answers(class):: rate('%s,%s=~"%d.."' % [app, names.status, class]),
  quantile(q):: promql.quantile(q, buckets(app), 'product'),
  slow(bound):: 'clamp_min(%s - %s, 0)' % [within('+Inf'), within(bound)],
};

// Gauges of a vendor that Vigie reads. Each stands for a while, so that a missed scrape is no gap; percentiles cannot be
// joined, so of several services or projects the slowest speaks for all.
local latest(name, matchers, config) = 'last_over_time(%s{%s}[%s])' % [name, matchers, config.gaugeWindow];
local best(expr) = 'max by (product) (sum by (product, instance) (%s))' % expr;
local slowest(pattern, selector, config) = {
  quantile(q):: promql.exact('max by (product) (%s)' % latest(pattern % (q * 100), selector, config)),
  slow:: null,
};

{
  // prometheus-fastapi-instrumentator
  instrumentator: counted({
    counter: 'http_requests_total',
    status: 'status',
    histogram: 'http_request_duration_highr_seconds',
  }),

  // OpenTelemetry's semantic conventions for HTTP servers, stable since 1.23, as exporters for Prometheus write them
  otel: counted({
    counter: 'http_server_request_duration_seconds_count',
    status: 'http_response_status_code',
    histogram: 'http_server_request_duration_seconds',
  }),

  // Railway's proxy
  railway(config)::
    local selector = config.selectors.railway;
    local rate(matchers) = best(latest('railway_http_requests_per_second', matchers, config));
    {
      requests: rate(selector),
      answers(class):: rate('%s,code="%dxx"' % [selector, class]),
    } + slowest('railway_http_duration_p%d_seconds', selector, config),

  // Spans in Sentry, which tell server errors but not 4xx
  sentry(config)::
    local selector = config.selectors.sentry + ',window="10m"';
    local transactions = latest('sentry_transactions', selector, config);
    local failed = latest('sentry_transaction_server_error_ratio', selector, config);
    {
      requests: best(transactions) + ' / 600',
      answers(class):: if class == 5 then best('%s * %s' % [failed, transactions]) + ' / 600',
    } + slowest('sentry_transaction_p%d_seconds', selector, config),
}
