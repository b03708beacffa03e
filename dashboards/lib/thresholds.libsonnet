// The thresholds of a signal's alert, as Grafana colours and draws them.
local colours = { good: 'green', warning: 'orange', critical: 'red' };
local coloured(colour, value) = { color: colour, value: value };
local step(state, value) = coloured(colours[state], value);

{
  colours:: colours,

  // The sides on which an alert fires, the milder first.
  sides(settings):: [side for side in ['warning', 'critical'] if std.get(settings, side) != null],

  // Steps of a signal: from good upwards, or from critical upwards where little is bad. One step means: no threshold.
  of(signal, config)::
    if signal.alert == null then []
    else
      local alert = signal.alert;
      local settings = config.alerts[alert.settings];
      local sides = $.sides(settings);
      if alert.when == 'down' then [step(settings.severity, null), step('good', 1)]
      else if alert.when == 'below' then
        local worst = std.reverse(sides);
        [step(worst[i], if i == 0 then null else settings[worst[i - 1]]) for i in std.range(0, std.length(worst) - 1)] +
        [step('good', settings[sides[0]])]
      else [step('good', null)] + [step(side, settings[side]) for side in sides],

  // The same steps for 1 minus the signal: the share that is well instead of the share that is not.
  complement(steps)::
    local last = std.length(steps) - 1;
    [
      coloured(steps[last - i].color, if i == 0 then null else 1 - steps[last - i + 1].value)
      for i in std.range(0, last)
    ],

  // The first value at which something is wrong: a scale must reach it, so that the line is in sight.
  first(steps)::
    local values = [each.value for each in steps if each.value != null];
    if values == [] then null else std.foldl(std.min, values, values[0]),
}
