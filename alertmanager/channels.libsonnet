// How each channel is written for Alertmanager. Each function takes what vigie.yaml says of one receiver, and gives
// nothing where that says nothing. `title` is the line that people see first.
local text(name) = '{{ template "vigie.%s" . }}' % name;
local links = [
  { href: text('runbook'), text: 'Runbook' },
  { href: text('dashboard'), text: 'Dashboard' },
  { href: text('silence'), text: 'Silence' },
];

function(config) {
  local withTimezone(name) = '{{ template "vigie.%s" (dict "data" . "timezone" "%s") }}' % [name, config.timezone],

  pagerduty(channel, title):: {
    [if channel != null then 'pagerduty_configs']: [{
      routing_key_file: channel.routing_key_file,
      url: channel.url,
      client: 'Vigie',
      client_url: text('dashboard'),
      description: title,
      severity: text('pagerduty.severity'),
      class: '{{ .CommonLabels.class }}',
      component: '{{ .CommonLabels.component }}',
      group: '{{ .CommonLabels.product }}',
      details: {
        value: text('values'),
        threshold: '{{ .CommonAnnotations.threshold }}',
        since: '{{ template "vigie.time" (dict "alert" (index .Alerts 0) "timezone" "%s") }}' % config.timezone,
        first_step: '{{ .CommonAnnotations.action }}',
        // In place of every label and annotation of every alert, which Alertmanager would write here.
        firing: '{{ template "vigie.descriptions" .Alerts.Firing }}',
        resolved: '{{ template "vigie.descriptions" .Alerts.Resolved }}',
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
      title_link: text('dashboard'),
      fallback: title,
      text: withTimezone('slack.text'),
      mrkdwn_in: ['text'],
      actions: [{ type: 'button', text: link.text, url: link.href } for link in links],
    }],
  },

  // One message to all addresses.
  email(addresses, title):: {
    local carrier = config.channels.email,
    [if addresses != [] then 'email_configs']: [{
      to: std.join(', ', addresses),
      from: carrier.sender,
      smarthost: carrier.smarthost,
      require_tls: carrier.require_tls,
      [if carrier.username != null then 'auth_username']: carrier.username,
      [if carrier.password_file != null then 'auth_password_file']: carrier.password_file,
      send_resolved: true,
      headers: { Subject: title },
      text: withTimezone('email.text'),
      html: '',
    }],
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
