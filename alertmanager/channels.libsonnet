// How each channel is written for Alertmanager. Each function takes what vigie.yaml says of one receiver, and gives
// nothing where that says nothing. `title` is the line that people see first.
local text(name, of='.') = '{{ template "vigie.%s" %s }}' % [name, of];

function(config) {
  // Templates that hold links know where people reach Alertmanager.
  local linked(name) = text(name, '(dict "data" . "alertmanager" "%s")' % config.links.alertmanager),
  local links = [
    { href: linked('runbook'), text: 'Runbook' },
    { href: linked('dashboard'), text: 'Dashboard' },
    { href: linked('silence'), text: 'Silence' },
  ],

  pagerduty(channel, title):: {
    [if channel != null then 'pagerduty_configs']: [{
      routing_key_file: channel.routing_key_file,
      url: channel.url,
      client: 'Vigie',
      client_url: linked('dashboard'),
      description: title,
      severity: text('pagerduty.severity'),
      class: '{{ .CommonLabels.class }}',
      component: '{{ .CommonLabels.component }}',
      group: '{{ .CommonLabels.product }}',
      details: {
        value: text('values', '.Alerts'),
        threshold: text('thresholds', '.Alerts'),
        since: text('since'),
        first_step: text('first', '(dict "data" . "slack" false)'),
        // In place of every label and annotation of every alert, which Alertmanager would write here.
        firing: text('descriptions', '.Alerts.Firing'),
        resolved: text('descriptions', '.Alerts.Resolved'),
      },
      links: links,
    }],
  },

  slack(channel, title):: {
    [if channel != null then 'slack_configs']: [{
      api_url_file: channel.webhook_url_file,
      channel: channel.channel,
      username: 'Vigie',
      send_resolved: true,
      color: text('slack.color'),
      title: title,
      title_link: linked('dashboard'),
      fallback: title,
      text: text('slack.text'),
      // A queue may be called *urgent* or have a backtick in its name. Only fields may hold markup, and there are none; an
      // empty list would mean the text too.
      mrkdwn_in: ['fields'],
      actions: [{ type: 'button', text: link.text, url: link.href } for link in links],
    }],
  },

  // One message to each address: a server that refuses one recipient refuses the message.
  email(addresses, title):: {
    local carrier = config.channels.email,
    local hello = std.get(carrier, 'hello'),
    [if addresses != [] then 'email_configs']: [{
      to: address,
      from: carrier.sender,
      // Relays refuse a client that says it is localhost, which is Alertmanager's default.
      hello: if hello != null then hello else std.split(carrier.sender, '@')[1],
      smarthost: carrier.smarthost,
      require_tls: carrier.require_tls,
      [if carrier.username != null then 'auth_username']: carrier.username,
      [if carrier.password_file != null then 'auth_password_file']: carrier.password_file,
      send_resolved: true,
      headers: { Subject: title },
      text: linked('email.text'),
      html: '',
    } for address in addresses],
  },

  // SNS takes one number a message; its keys are AWS's own way, as Alertmanager reads them from no file of ours.
  sms(numbers, title):: {
    local carrier = config.channels.sms,
    [if numbers != [] then 'sns_configs']: [
      {
        phone_number: number,
        [if carrier.api_url != null then 'api_url']: carrier.api_url,
        sigv4: { [key]: carrier[key] for key in ['region', 'profile', 'role_arn'] if carrier[key] != null },
        message: title,
        // Only mail to a topic has one.
        subject: '',
      }
      for number in numbers
    ],
  },

  // The beat of the dead-man's switch.
  heartbeat::
    local address = {
      [if config.channels.deadmansswitch != null then 'url']: config.channels.deadmansswitch,
      [if config.channels.deadmansswitch_file != null then 'url_file']: config.channels.deadmansswitch_file,
    };
    { [if address != {} then 'webhook_configs']: [address { send_resolved: false, max_alerts: 1 }] },
}
