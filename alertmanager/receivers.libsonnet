// The audiences: which alerts each one gets, how fast, and over which of the configured channels.
local text(name) = '{{ template "vigie.%s" . }}' % name;
local links = [
  { href: text('runbook'), text: 'Runbook' },
  { href: text('dashboard'), text: 'Dashboard' },
  { href: text('silence'), text: 'Silence' },
];

local pagerduty(config) =
  local channel = config.channels.pagerduty;
  {
  [if channel != null then 'pagerduty_configs']: [{
    routing_key_file: channel.routing_key_file,
    url: channel.url,
    client: 'Vigie',
    client_url: text('dashboard'),
    description: text('title'),
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
};

local slack(config) =
  local channel = config.channels.slack;
  {
  [if channel != null then 'slack_configs']: [{
    api_url_file: channel.webhook_url_file,
    channel: channel.channel,
    username: 'Vigie',
    send_resolved: true,
    color: text('slack.color'),
    title: text('title'),
    title_link: text('dashboard'),
    fallback: text('title'),
    text: '{{ template "vigie.slack.text" (dict "data" . "timezone" "%s") }}' % config.timezone,
    mrkdwn_in: ['text'],
    actions: [{ type: 'button', text: link.text, url: link.href } for link in links],
  }],
};

local heartbeat(config) =
  local url = config.channels.deadmansswitch;
  {
  [if url != null then 'webhook_configs']: [{ url: url, send_resolved: false, max_alerts: 1 }],
};

function(config) [
  {
    name: 'critical',
    matchers: ['severity="critical"'],
    timing: { group_wait: config.routing.pageWait },
    configs: pagerduty(config) + slack(config),
    unreached: 'critical alerts reach nobody: set channels.pagerduty or channels.slack',
  },
  {
    name: 'warning',
    matchers: ['severity="warning"'],
    timing: {},
    configs: slack(config),
    unreached: 'warnings reach nobody: set channels.slack',
  },
  {
    name: 'deadmansswitch',
    matchers: ['alertname="Watchdog"'],
    timing: {
      group_wait: '0s',
      group_interval: config.routing.heartbeat,
      repeat_interval: config.routing.heartbeat,
    },
    configs: heartbeat(config),
    unreached: 'nobody notices when alerting itself stops: set channels.deadmansswitch',
  },
]
