// The audiences, in the order of their routes: which alerts each one gets, how fast, and over which channels.
//
//   matchers     what it gets
//   told         its ways, each with a route and a receiver: `suffix` of their name, `timing` (waits, hours and groups that
//                differ from those of the root route) and `configs`, its channels as Alertmanager has them; {} where none
//                is set
//   also         true where others are told of the same alerts; then nobody is lost without it
//   unreached    the sentence to say when it has no channel, or null
local promql = import '../signals/promql.libsonnet';
local channels = import 'channels.libsonnet';
local groups = import 'groups.libsonnet';

local nobody = { pagerduty: null, slack: null, email: [], sms: [] };

// Teams that are told of the alerts with their `audience`, beside everybody else.
local teams = ['security', 'finance'];
local concerned(team, signals) =
  std.length([signal for signal in signals if std.get(signal.alert.labels, 'audience') == team]) > 0;

// Seconds, whole or not, as Alertmanager writes them.
local duration(seconds) =
  if std.floor(seconds) == seconds then promql.duration(seconds) else '%dms' % std.round(1000 * seconds);

local of(config, signals) =
  local channel = channels(config);
  local grouped = groups(signals);
  local title = '{{ template "vigie.title" . }}';
  local inbox(people, says=title) = channel.slack(people.slack, says) + channel.email(people.email, says);

  local recipients(carrier) = if carrier == null then [] else carrier.to;
  local onCall = {
    pagerduty: config.channels.pagerduty,
    slack: config.channels.slack,
    email: recipients(config.channels.email),
    sms: recipients(config.channels.sms),
  };
  local hours =
    if config.channels.business_hours == null then {} else { active_time_intervals: ['business hours'] };

  // Alertmanager looks whether to repeat only once in every `group_interval`, and not a moment early: what should come each
  // time that it looks has to be due a little before.
  local every(wanted, looks) = { repeat_interval: duration(wanted - looks / 3) };

  // PagerDuty folds what is repeated into the incident that is open, so it wakes nobody and may be frequent. It has to be:
  // Alertmanager knows what it sent and not what was silenced, so an alert that ended under a silence and returns is sent
  // only as a repetition. People would read every one, so they get few.
  local pages = every(promql.seconds(config.routing.pageRepeat), promql.seconds(config.routing.groupInterval));
  local urgent(timing, pager, messages) = [
    { suffix: '-pager', timing: timing + pages, configs: pager },
    { suffix: '', timing: timing + { repeat_interval: config.routing.criticalRepeat }, configs: messages },
  ];
  local wait = { group_wait: config.routing.pageWait } + grouped.byCause();
  local calm(configs) = [{ suffix: '', timing: hours + grouped.byCause(hours), configs: configs }];

  // A team that is told of the alerts that concern it, whoever else is.
  local team(audience) =
    local people = nobody + if config.channels[audience] == null then {} else config.channels[audience];
    local set = people != nobody;
    [
      {
        name: audience + '-critical',
        matchers: ['audience="%s"' % audience, 'severity="critical"'],
        told: urgent(wait, channel.pagerduty(people.pagerduty, title), channel.sms(people.sms, title) + inbox(people)),
        also: true,
        unreached: 'no %s team is told of alerts for it: set channels.%s' % [audience, audience],
      },
      {
        name: audience + '-warning',
        matchers: ['audience="%s"' % audience, 'severity="warning"'],
        told: calm(inbox(people)),
        also: true,
        unreached:
          if set then 'no %s team is told of warnings for it: set channels.%s.slack or .email' % [audience, audience],
      },
    ];

  // What is resolved or silenced when the wait is over is not sent.
  local level(it) = {
    local people = nobody + it,
    local says = '{{ if eq .Status "firing" }}Unanswered for %s. {{ end }}%s' % [it.after, title],
    name: 'escalation-' + it.name,
    matchers: ['severity="critical"'],
    told: urgent(
      { group_wait: it.after } + grouped.byKind,
      channel.pagerduty(people.pagerduty, says),
      channel.sms(people.sms, says) + inbox(people, says)
    ),
    also: true,
    unreached: null,
  };

  std.flattenArrays([team(name) for name in teams if concerned(name, signals)]) +
  std.map(level, config.channels.escalation) + [
    {
      local pager = channel.pagerduty(onCall.pagerduty, title),
      local messages = channel.sms(onCall.sms, title) + channel.slack(onCall.slack, title),
      name: 'critical',
      matchers: ['severity="critical"'],
      told: urgent(wait, pager, if pager + messages != {} then messages else channel.email(onCall.email, title)),
      also: false,
      unreached: 'critical alerts reach nobody: set channels.pagerduty, channels.slack, channels.sms or channels.email',
    },
    {
      name: 'warning',
      matchers: ['severity="warning"'],
      told: calm(inbox(onCall)),
      also: false,
      unreached: 'warnings reach nobody: set channels.slack or channels.email',
    },
    {
      local beat = promql.seconds(config.routing.heartbeat),
      name: 'deadmansswitch',
      matchers: ['alertname="Watchdog"'],
      told: [{
        suffix: '',
        timing: {
          group_wait: '0s',
          group_interval: duration(beat / 2),
        } + every(beat, beat / 2),
        configs: channel.heartbeat,
      }],
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
