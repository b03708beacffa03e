// The audiences, in the order of their routes: which alerts each one gets, how fast, and over which channels.
//
//   matchers     what it gets
//   timing       waits and hours that differ from those of the root route
//   configs      its channels as Alertmanager has them; {} where none is set
//   also         true where others are told of the same alerts; then nobody is lost without it
//   unreached    the sentence to say when it has no channel, or null
local channels = import 'channels.libsonnet';

local nobody = { pagerduty: null, slack: null, email: [], sms: [] };

// Teams that are told of the alerts with their `audience`, beside everybody else.
local teams = ['security', 'finance'];
local concerned(team, signals) =
  std.length([signal for signal in signals if std.get(signal.alert.labels, 'audience') == team]) > 0;

local of(config, signals) =
  local channel = channels(config);
  local title = '{{ template "vigie.title" . }}';
  // What may wake people, and what they read when they look. A warning goes only to the second.
  local pager(people, says=title) = channel.pagerduty(people.pagerduty, says) + channel.sms(people.sms, says);
  local inbox(people, says=title) = channel.slack(people.slack, says) + channel.email(people.email, says);

  local recipients(carrier) = if carrier == null then [] else carrier.to;
  local onCall = {
    pagerduty: config.channels.pagerduty,
    slack: config.channels.slack,
    email: recipients(config.channels.email),
    sms: recipients(config.channels.sms),
  };
  local byMail = channel.email(onCall.email, title);
  local hours =
    if config.channels.business_hours == null then {} else { active_time_intervals: ['business hours'] };
  local urgent = { group_wait: config.routing.pageWait };

  // A team that is told of the alerts that concern it, whoever else is.
  local team(audience) =
    local people = nobody + if config.channels[audience] == null then {} else config.channels[audience];
    local set = people != nobody;
    [
      {
        name: audience + '-critical',
        matchers: ['audience="%s"' % audience, 'severity="critical"'],
        timing: urgent,
        configs: pager(people) + inbox(people),
        also: true,
        unreached: 'no %s team is told of alerts for it: set channels.%s' % [audience, audience],
      },
      {
        name: audience + '-warning',
        matchers: ['audience="%s"' % audience, 'severity="warning"'],
        timing: hours,
        configs: inbox(people),
        also: true,
        unreached:
          if set then 'no %s team is told of warnings for it: set channels.%s.slack or .email' % [audience, audience],
      },
    ];

  // Every alert has a group, and so a wait, of its own: a new one does not ride on the wait of an older one. What is
  // resolved, silenced or muted when the wait is over is not sent.
  local level(it) = {
    local people = nobody + it,
    local says = '{{ if eq .Status "firing" }}Unanswered for %s. {{ end }}%s' % [it.after, title],
    name: 'escalation-' + it.name,
    matchers: ['severity="critical"'],
    timing: { group_by: ['...'], group_wait: it.after },
    configs: pager(people, says) + inbox(people, says),
    also: true,
    unreached: null,
  };

  std.flattenArrays([team(name) for name in teams if concerned(name, signals)]) +
  std.map(level, config.channels.escalation) + [
    {
      name: 'critical',
      matchers: ['severity="critical"'],
      timing: urgent,
      configs:
        local told = pager(onCall) + channel.slack(onCall.slack, title);
        if told != {} then told else byMail,
      also: false,
      unreached: 'critical alerts reach nobody: set channels.pagerduty, channels.slack, channels.sms or channels.email',
    },
    {
      name: 'warning',
      matchers: ['severity="warning"'],
      timing: hours,
      configs: inbox(onCall),
      also: false,
      unreached: 'warnings reach nobody: set channels.slack or channels.email',
    },
    {
      name: 'deadmansswitch',
      matchers: ['alertname="Watchdog"'],
      timing: {
        group_wait: '0s',
        group_interval: config.routing.heartbeat,
        repeat_interval: config.routing.heartbeat,
      },
      configs: channel.heartbeat,
      also: false,
      unreached: 'nobody notices when alerting itself stops: set channels.deadmansswitch',
    },
  ];

{
  // `signals` are those that have an alert.
  of:: of,

  // One sentence for each team that has channels and that no alert is for.
  idle(config, signals):: [
    'channels.%s: has no effect, for no alert that is on is for the %s team; leave it out, or turn on its source'
    % [team, team]
    for team in teams
    if config.channels[team] != null && !concerned(team, signals)
  ],
}
