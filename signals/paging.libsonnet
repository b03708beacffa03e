// Whether Alertmanager's messages arrive: a channel that fails is told by another (alertmanager/receivers.libsonnet).
//
//   pages      ways that wake somebody
//   messages   ways that are read
local ways = {
  pages: ['pagerduty', 'sns'],
  messages: ['slack', 'email', 'webhook'],
};

function(config)
  local signal(pattern, title, settings) = {
    local integrations = std.join('|', ways[pattern]),
    name: pattern + 'Failing',
    title: title,
    description: 'Messages that Alertmanager could not hand over in five minutes, by the kind of channel.',
    unit: 'count',
    by: ['integration'],
    record: 'product_integration:alertmanager_%s_failed:increase5m' % pattern,
    sources: {
      // Each failure is a message that was tried again and again for a minute, or refused for good. Of several Alertmanagers
      // the one that fails most often speaks. Whole numbers, because what lies between two scrapes is no message.
      [if config.stack.alertmanager != [] then 'prometheus']: |||
        round(
          max by (product, integration) (
            sum by (product, instance, integration) (
              increase(alertmanager_notifications_failed_total{%s,integration=~"%s"}[5m])
            )
          )
        )
      ||| % [config.selectors.alertmanager, integrations],
    },
    alert: {
      name: 'NotificationsFailing',
      settings: settings,
      component: 'monitoring',
      class: 'blindness',
      owner: 'platform',
      runbook: 'RB-009',
      labels: { pattern: pattern },
      summary: 'Alertmanager cannot hand over its messages.',
      says: '%(value)s messages to {{ $labels.integration }} about {{ $labels.product }} failed within five minutes',
      action: 'Read the log of Alertmanager: it names the receiver and what was answered. Check its key and the way out.',
    },
  };
  [
    signal('pages', 'Pages failing', 'PagesFailing'),
    signal('messages', 'Messages failing', 'MessagesFailing'),
  ]
