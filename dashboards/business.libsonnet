// Payments and business: whether people come, pay and stay.
local dashboard = import 'lib/dashboard.libsonnet';
local layout = import 'lib/layout.libsonnet';
local panel = import 'lib/panel.libsonnet';
local subject = import 'lib/subject.libsonnet';

function(config, signals, kit)
  // Stripe is read every few minutes.
  local pace = '5m';
  local about(title, description, unit) = subject.new(title, description, unit, 'stripe');
  local bars(title, description, unit, expr, legend, nothing) =
    panel.newBars(about(title, description, unit)) +
    panel.withInterval(pace) +
    panel.withQuery(expr + ' > 0', legend) +
    panel.withQuiet(nothing);
  local number(title, description, unit, expr) =
    panel.newNumber(about(title, description, unit)) + panel.withInstant(expr, title);
  local increase(name, by) = kit.increase('stripe_%s_total' % name, by);
  local subscriptions = kit.gauge('stripe_subscriptions', ['status']);
  local revenue = kit.gauge('stripe_mrr', ['currency']);

  local outcomes =
    panel.newBars(about('Payments', 'Attempts to pay in each interval, by how they ended.', 'count')) +
    panel.withInterval(pace) +
    panel.withQuery('sum(%s) - sum(%s or 0 * %s)' % [
      increase('payment_attempts', ['currency']),
      increase('payment_failures', ['currency']),
      increase('payment_attempts', ['currency']),
    ], 'succeeded') +
    panel.withQuery('sum(%s)' % increase('payment_failures', ['currency']), 'failed') +
    panel.withColour('succeeded', 'blue') +
    panel.withColour('failed', 'red') +
    panel.withCeiling(1);

  local within(name) =
    'max by (currency) (sum by (currency, instance) (increase(%s[$__range])))' %
    kit.vigie('stripe_payment_%s_total' % name);
  local money =
    panel.newTable(
      about(
        'Money',
        'What payments brought in within the time shown, and what failed ones asked for, by currency, in its own ' +
        'units.',
        'text'
      )
    ) +
    panel.withRows(within('amount')) +
    panel.withRows(within('failed_amount')) +
    panel.withColumns(['currency', 'Value #A', 'Value #B'], ['Currency', 'Taken', 'Failed']) +
    panel.withUnits({ Taken: 'amount', Failed: 'amount' });

  local people =
    panel.newTrend(subject.of(signals.signups, config) {
      title: 'Sign-ups of 24 hours',
      description: 'Users who signed up within 24 hours, beside the mean of the same hours one to four weeks before.',
    }) +
    panel.withSeveral +
    panel.withQuery(kit.series(signals.signups), 'signed up') +
    panel.withQuery(kit.series(signals.signupsBaseline), 'usual') +
    panel.withColour('signed up', 'blue') +
    panel.withDash('usual', 'text');

  dashboard.new(
    'business',
    'Do people come, pay and stay: sign-ups, payments, subscriptions, and the delivery of webhooks.',
    config
  ) +
  dashboard.withTime('24h') +
  dashboard.withRows([
    layout.row('Do people come, pay and stay?', [
      layout.line(4, [
        kit.number(signals.paymentFailures),
        kit.number(signals.signups),
        kit.number(signals.signupsAgainstBaseline, 'min'),
        kit.number(signals.cancelled),
        kit.number(signals.churn) + panel.withNothing('not known yet'),
        number(
          'Paying subscriptions',
          'Subscriptions that are active.',
          'count',
          kit.gauge('stripe_subscriptions', [], 'status="active"')
        ),
      ]),
      layout.line(8, [outcomes, kit.trend(signals.paymentFailures), people]),
    ]),
    layout.row('Why do payments fail?', [
      layout.line(8, [
        bars(
          'Failures by reason',
          'Failed payments in each interval, by the code of Stripe: one reason is a bank or fraud, all at once are ' +
          'Stripe or us.',
          'count',
          increase('payment_failures', ['failure_code']),
          '{{failure_code}}',
          'No payment failed'
        ),
        bars(
          'Blocked and disputed',
          'Payments that Stripe blocked as risky, and disputes that were opened.',
          'count',
          increase('radar_blocks', ['reason']),
          'blocked: {{reason}}',
          'Nothing was blocked or disputed'
        ) +
        panel.withQuery(increase('disputes', ['reason']) + ' > 0', 'disputed: {{reason}}'),
        money,
      ]),
    ]),
    layout.row('Do customers get what they pay for?', [
      layout.line(7, [
        kit.number(signals.undelivered) + panel.withShare(4),
        kit.trend(signals.undelivered) + panel.withShare(10),
        kit.states(
          signals.endpointEnabled,
          'Webhook endpoints',
          ['delivers', 'switched off']
        ) + panel.withShare(10),
      ]),
    ]),
    layout.row('Do they stay?', [
      layout.line(8, [
        panel.newStack(
          about(
            'Subscriptions by state',
            'Subscriptions that have not ended, by state. Those past due will end soon.',
            'count'
          )
        ) +
        panel.withQuery(subscriptions + ' > 0', '{{status}}'),
        bars(
          'Begun and ended',
          'Subscriptions that began, and those that ended by Stripe\'s reason, in each interval.',
          'count',
          increase('subscription_cancellations', ['reason']),
          'ended: {{reason}}',
          'None began or ended'
        ) +
        panel.withQuery(increase('subscriptions_created', []) + ' > 0', 'began'),
        kit.trend(signals.churn) +
        panel.withNothing('What is usual is not known yet; it is read some minutes after the start.'),
        panel.newTrend(
          about(
            'Monthly recurring revenue',
            'What active and past-due subscriptions bring in a month, by currency, in its own units. Off unless ' +
            'sources.stripe.mrr is on.',
            'number'
          )
        ) +
        panel.withSeveral +
        panel.withQuery(revenue, '{{currency}}') +
        panel.withNothing('Revenue is off: see mrr of sources.stripe in vigie.yaml.'),
      ]),
    ]),
  ])
