// Who is told: routes by audience and severity, the receivers that have a channel, and what mutes what.
local inhibitions = import 'inhibitions.libsonnet';
local receivers = import 'receivers.libsonnet';

{
  local config = $._config,
  local audiences = receivers.of(config, $._alerting),
  local reached = [audience for audience in audiences if audience.configs != {}],
  local unreached = [audience for audience in audiences if audience.configs == {}],
  local isReached(name) = std.length([audience for audience in reached if audience.name == name]) > 0,
  local hours = config.channels.business_hours,

  alertmanagerConfig:: {
    templates: ['templates/*.tmpl'],
    route: {
      // An alert that says no severity is not lost: it is treated as a warning, at any hour.
      receiver: if isReached('warning') then 'warning' else 'nowhere',
      group_by: ['alertname', 'product'],
      group_wait: config.routing.messageWait,
      group_interval: config.routing.groupInterval,
      repeat_interval: config.routing.repeatInterval,
      routes: [
        { receiver: 'nowhere', matchers: ['severity="info"'] },
        { receiver: 'nowhere', matchers: ['severity="none"', 'alertname!="Watchdog"'] },
      ] + [
        { receiver: audience.name, matchers: audience.matchers } + audience.timing +
        (if audience.also then { continue: true } else {})
        for audience in reached
      ] + [
        // What is left has nobody; it must not fall back to a receiver for something else.
        { receiver: 'nowhere', matchers: audience.matchers }
        for audience in unreached
        if !audience.also
      ],
    },
    receivers:
      [{ name: 'nowhere' }] + [{ name: audience.name } + audience.configs for audience in reached],
    inhibit_rules: inhibitions($._alerting),
    [if hours != null then 'time_intervals']: [{
      name: 'business hours',
      time_intervals: [{
        weekdays: hours.days,
        times: [{ start_time: hours.opens, end_time: hours.closes }],
        location: config.timezone,
      }],
    }],
  },

  // One sentence for each kind of alert that reaches nobody with these channels, and for each team that no alert is for.
  unreached::
    [audience.unreached for audience in unreached if audience.unreached != null] +
    receivers.idle(config, $._alerting),
}
