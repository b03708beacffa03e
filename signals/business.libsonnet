// Whether people come, pay and stay: sign-ups from the database, payments and subscriptions from Stripe.
function(config)
  local promql = import 'promql.libsonnet';
  local vigie = config.selectors.vigie;
  local window = config.windows.payments;
  local attempts = 'product:stripe_payment_attempts:rate' + window;
  local signups = 'product:supabase_signups:max';
  local baseline = 'product:supabase_signups_baseline:max';
  local cancelled = 'product:stripe_subscription_churn:max';
  local payment = {
    component: 'payments',
    owner: 'backend',
    source: 'stripe',
    runbook: 'RB-004',
    mutedBy: ['SourceSilent'],
    explainedBy: ['stripe'],
  };
  local delivery = payment {
    name: 'PaymentSystemDown',
    class: 'availability',
    summary: 'Stripe cannot deliver its webhooks.',
  };

  [
    {
      name: 'paymentAttempts',
      title: 'Payment attempts',
      description: 'Attempts to pay that ended in a second, well or not.',
      unit: 'perSecond',
      record: attempts,
      sources: { stripe: promql.rate('stripe_payment_attempts_total', vigie, window) },
    },
    {
      name: 'paymentFailures',
      title: 'Payments failed',
      description: 'Share of the attempts to pay that failed. No attempt counts as no failure.',
      unit: 'ratio',
      record: 'product:stripe_payment_failures_per_attempt:ratio_rate' + window,
      sources: { stripe: promql.share(promql.rate('stripe_payment_failures_total', vigie, window), attempts) },
      alert: payment {
        name: 'PaymentFailures',
        class: 'errors',
        summary: 'Too many payments fail.',
        says: '%(value)s of the payments to {{ $labels.product }} fail',
        action: 'Group the failed payments by reason in Stripe: one reason is a bank or fraud, all are Stripe or us.',
        guard: { events: attempts, window: window },
      },
    },
    {
      name: 'undelivered',
      title: 'Undelivered webhooks',
      description: 'Events older than five minutes that no endpoint has taken, while new ones still fail.',
      unit: 'count',
      gauge: true,
      record: 'product:stripe_webhook_undelivered_events:max',
      // A backlog that Stripe works off after a repair counts no more: its newest event is old.
      sources: {
        stripe: |||
          max by (product) (stripe_webhook_undelivered_events{%(vigie)s})
          unless
          time() - max by (product) (stripe_webhook_newest_undelivered_timestamp_seconds{%(vigie)s}) > 3600
        ||| % { vigie: vigie },
      },
      alert: delivery {
        labels: { pattern: 'undelivered' },
        says: '%(value)s events of Stripe were not taken by {{ $labels.product }}',
        action: 'Open Webhooks in Stripe: the latest deliveries show what the endpoint answers. Repair it or roll back.',
      },
    },
    {
      name: 'endpointEnabled',
      title: 'Webhook endpoint',
      description: 'Whether Stripe delivers to an endpoint that was enabled within a day.',
      unit: 'up',
      gauge: true,
      by: ['endpoint'],
      record: 'product_endpoint:stripe_webhook_endpoint_enabled:max',
      // One that was switched off on purpose is accepted after a day.
      sources: {
        stripe: |||
          max by (product, endpoint) (stripe_webhook_endpoint_enabled{%(vigie)s})
          and
          max by (product, endpoint) (max_over_time(stripe_webhook_endpoint_enabled{%(vigie)s}[1d])) == 1
        ||| % { vigie: vigie },
      },
      alert: delivery {
        settings: 'PaymentEndpointDisabled',
        labels: { pattern: 'disabled' },
        when: 'down',
        says: 'Stripe does not deliver to the endpoint {{ $labels.endpoint }} of {{ $labels.product }} any more',
        action: 'Enable the endpoint in Stripe, under Webhooks; Stripe switches one off that failed for days.',
      },
    },
    {
      name: 'signups',
      title: 'Sign-ups',
      description: 'Users who signed up within the last 24 hours.',
      unit: 'count',
      gauge: true,
      record: signups,
      sources: { postgres: promql.gauge('supabase_signups', vigie + ',window="24h"') },
    },
    {
      name: 'signupsBaseline',
      title: 'Usual sign-ups',
      description: 'Mean sign-ups of the same 24 hours one to four weeks before.',
      unit: 'count',
      gauge: true,
      record: baseline,
      sources: { postgres: promql.gauge('supabase_signups_baseline', vigie + ',window="24h"') },
    },
    {
      name: 'signupsAgainstBaseline',
      title: 'Sign-ups against usual',
      description: 'Sign-ups per sign-up that is usual. Where none is usual, none is missed.',
      unit: 'ratio',
      gauge: true,
      record: 'product:supabase_signups_per_baseline:ratio',
      sources: { postgres: promql.exact('%s / (%s > 0)' % [signups, baseline]) },
      alert: {
        name: 'SignupsDrop',
        component: 'signups',
        class: 'business',
        owner: 'product',
        source: 'postgres',
        runbook: 'RB-012',
        mutedBy: ['SourceSilent', 'SiteDown', 'DatabaseDown'],
        explainedBy: ['supabase'],
        summary: 'Fewer people sign up than usual.',
        when: 'below',
        says: '{{ $labels.product }} had %(value)s of the sign-ups of the last 24 hours that are usual',
        action: 'Sign up yourself: page, mail and confirmation. Then look at what changed in the funnel.',
        guard: { events: promql.latest(baseline, config) },
      },
    },
    {
      name: 'cancelled',
      title: 'Cancellations',
      description: 'Subscriptions that ended within the last 24 hours.',
      unit: 'count',
      gauge: true,
      record: cancelled,
      sources: { stripe: promql.gauge('stripe_subscription_churn', vigie + ',window="24h"') },
    },
    {
      name: 'churn',
      title: 'Churn',
      description: 'Subscriptions that ended per one that usually ends in 24 hours; a usual number below one counts as one.',
      unit: 'times',
      gauge: true,
      record: 'product:stripe_subscription_churn_per_baseline:ratio',
      sources: {
        stripe: promql.exact('%s / clamp_min(%s, 1)' % [
          cancelled,
          promql.gauge('stripe_subscription_churn_baseline', vigie + ',window="24h"'),
        ]),
      },
      alert: payment {
        name: 'ChurnSpike',
        class: 'business',
        owner: 'product',
        runbook: 'RB-012',
        explainedBy: [],
        summary: 'More subscriptions end than usual.',
        says: '%(value)s as many subscriptions of {{ $labels.product }} ended within 24 hours as is normal',
        action: 'Read the reasons of the cancellations in Stripe: failed payments, a price, or a release.',
        guard: { events: promql.latest(cancelled, config) },
      },
    },
  ]
