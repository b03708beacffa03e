// Whether people come, pay and stay: sign-ups from the database, payments and subscriptions from Stripe.
function(config)
  local promql = import 'promql.libsonnet';
  local shares = import 'shares.libsonnet';
  local vigie = config.selectors.vigie;
  local window = config.windows.payments;
  local attempts = 'product:stripe_payment_attempts:rate' + window;
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

  local paid = {
    name: 'paymentAttempts',
    title: 'Payment attempts',
    description: 'Attempts to pay that ended in a second, well or not.',
    unit: 'perSecond',
    record: attempts,
    sources: { stripe: promql.rate('stripe_payment_attempts_total', vigie, window) },
  };
  local failures = {
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
      share: shares.judged(failures.record, attempts, window),
    },
  };

  // A long window sees what happens to a small product, a short one sees at once what a large one loses; the first of the two
  // has no name of its own. Of few events the number is chance: it must differ from what is usual by so many standard
  // deviations of a Poisson distribution, of which a short window takes more, because it is looked at more often.
  local suffix(window) = if window == '24h' then '' else window;
  local latest(record) = promql.latest(record, config);
  local deviates(least, most, usual, deviations) =
    '%s - %s > %s * sqrt(%s)' % [latest(most), latest(least), promql.number(deviations), latest(usual)];

  local signups(window) =
    local now = 'product:supabase_signups%s:max' % suffix(window);
    local usual = 'product:supabase_signups%s_baseline:max' % suffix(window);
    local hours = '%s hours' % window[:std.length(window) - 1];
    [
      {
        name: 'signups' + suffix(window),
        title: 'Sign-ups' + (if window == '24h' then '' else ', last ' + hours),
        description: 'Users who signed up within the last %s.' % hours,
        unit: 'count',
        gauge: true,
        record: now,
        sources: { postgres: promql.gauge('supabase_signups', '%s,window="%s"' % [vigie, window]) },
      },
      {
        name: 'signupsBaseline' + suffix(window),
        title: 'Usual sign-ups' + (if window == '24h' then '' else ', last ' + hours),
        description: 'Mean sign-ups of the same %s one to four weeks before.' % hours,
        unit: 'count',
        gauge: true,
        record: usual,
        sources: { postgres: promql.gauge('supabase_signups_baseline', '%s,window="%s"' % [vigie, window]) },
      },
      {
        name: 'signupsAgainstBaseline' + suffix(window),
        title: 'Sign-ups against usual' + (if window == '24h' then '' else ', last ' + hours),
        description: 'Sign-ups per sign-up that is usual. Where none is usual, none is missed.',
        unit: 'ratio',
        gauge: true,
        record: 'product:supabase_signups%s_per_baseline:ratio' % suffix(window),
        sources: { postgres: promql.exact('%s / (%s > 0)' % [now, usual]) },
        alert: {
          name: 'SignupsDrop',
          [if window != '24h' then 'settings']: 'SignupsDrop' + window,
          component: 'signups',
          class: 'business',
          owner: 'product',
          source: 'postgres',
          runbook: 'RB-012',
          labels: { window: window },
          mutedBy: ['SourceSilent', 'SiteDown', 'DatabaseDown'],
          explainedBy: ['supabase'],
          summary: 'Fewer people sign up than usual.',
          when: 'below',
          says: '{{ $labels.product }} had %%(value)s of the sign-ups of the last %s that are usual' % hours,
          action: 'Sign up yourself: page, mail and confirmation. Then look at what changed in the funnel.',
          guard: { events: latest(usual) },
          onlyIf: deviates(now, usual, usual, 3.5),
        },
      },
    ];

  local churn(window) =
    local now = 'product:stripe_subscription_churn%s:max' % suffix(window);
    local usual = 'product:stripe_subscription_churn%s_baseline:max' % suffix(window);
    local hours = '%s hours' % window[:std.length(window) - 1];
    [
      {
        name: 'cancelled' + suffix(window),
        title: 'Cancellations' + (if window == '24h' then '' else ', last ' + hours),
        description: 'Subscriptions that ended within the last %s.' % hours,
        unit: 'count',
        gauge: true,
        record: now,
        sources: { stripe: promql.gauge('stripe_subscription_churn', '%s,window="%s"' % [vigie, window]) },
      },
      {
        name: 'cancelledBaseline' + suffix(window),
        title: 'Usual cancellations' + (if window == '24h' then '' else ', last ' + hours),
        description: 'Subscriptions that usually end in these %s; a number below one counts as one.' % hours,
        unit: 'count',
        gauge: true,
        record: usual,
        sources: {
          stripe: 'clamp_min(%s, 1)' %
                  promql.gauge('stripe_subscription_churn_baseline', '%s,window="%s"' % [vigie, window]),
        },
      },
      {
        name: 'churn' + suffix(window),
        title: 'Churn' + (if window == '24h' then '' else ', last ' + hours),
        description: 'Subscriptions that ended per one that usually ends in %s; a usual number below one counts as one.' % hours,
        unit: 'times',
        gauge: true,
        record: 'product:stripe_subscription_churn%s_per_baseline:ratio' % suffix(window),
        sources: { stripe: promql.exact('%s / %s' % [now, usual]) },
        alert: payment {
          name: 'ChurnSpike',
          [if window != '24h' then 'settings']: 'ChurnSpike' + window,
          class: 'business',
          owner: 'product',
          runbook: 'RB-012',
          labels: { window: window },
          explainedBy: [],
          summary: 'More subscriptions end than usual.',
          says: '%%(value)s as many subscriptions of {{ $labels.product }} ended within %s as is normal' % hours,
          action: 'Read the reasons of the cancellations in Stripe: failed payments, a price, or a release.',
          guard: { events: latest(now) },
          onlyIf: deviates(usual, now, usual, if window == '24h' then 3.5 else 5),
        },
      },
    ];

  [paid, failures] + shares.hourly(failures, paid) + [
    {
      name: 'undelivered',
      title: 'Undelivered webhooks',
      description: 'Events older than five minutes that an endpoint has not taken, while it takes no newer one.',
      unit: 'count',
      gauge: true,
      record: 'product:stripe_webhook_undelivered_events:max',
      // A backlog that Stripe works off after a repair counts no more: a newer event was delivered.
      sources: {
        stripe: |||
          max by (product) (stripe_webhook_undelivered_events{%(vigie)s})
          unless
            max by (product) (stripe_webhook_newest_delivered_timestamp_seconds{%(vigie)s})
          >
            max by (product) (stripe_webhook_newest_undelivered_timestamp_seconds{%(vigie)s})
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
        remembers: true,
        says: 'Stripe does not deliver to the endpoint {{ $labels.endpoint }} of {{ $labels.product }} any more',
        action: 'Enable the endpoint in Stripe, under Webhooks; Stripe switches one off that failed for days.',
      },
    },
  ] + std.flatMap(function(window) signups(window), ['24h', '3h']) +
  std.flatMap(function(window) churn(window), ['24h', '2h'])
