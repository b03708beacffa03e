// Who is told: routes by audience and severity, the receivers that have a channel, and what mutes what.
local inhibitions = import 'inhibitions.libsonnet';
local receivers = import 'receivers.libsonnet';

{
  local config = $._config,
  local audiences = [
    audience { told: [told for told in super.told if told.configs != {}] }
    for audience in receivers.of(config, $._alerting)
  ],
  local reached = [audience for audience in audiences if audience.told != []],
  local unreached = [audience for audience in audiences if audience.told == []],
  local receiversOf(audience) =
    [{ name: audience.name + told.suffix } + told.configs for told in audience.told],
  local isReached(name) = std.length([audience for audience in reached if audience.name == name]) > 0,
  local hours = config.channels.business_hours,

  // Whoever is told last of an alert that is for nobody else ends the search.
  local routesOf(audience) =
    local last = std.length(audience.told) - 1;
    std.mapWithIndex(
      function(index, told)
        { receiver: audience.name + told.suffix, matchers: audience.matchers } + told.timing +
        (if audience.also || index < last then { continue: true } else {}),
      audience.told
    ),

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
      ] + std.flatMap(routesOf, reached) + [
        // What is left has nobody; it must not fall back to a receiver for something else.
        { receiver: 'nowhere', matchers: audience.matchers }
        for audience in unreached
        if !audience.also
      ],
    },
    receivers: [{ name: 'nowhere' }] + std.flatMap(receiversOf, reached),
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
