// The thresholds of a signal's alert, as Grafana colours and draws them, and as people read them.
local units = import '../../signals/units.libsonnet';

local colours = { good: 'green', warning: 'orange', critical: 'red' };
local coloured(colour, value) = { color: colour, value: value };
local step(state, value) = coloured(colours[state], value);
// A threshold is crossed above it, a step begins at its value: nought of something is still well where any is not.
local beyond(value) = if value == 0 then 0.001 else value;

{
  colours:: colours,

  // The sides on which an alert fires, the milder first.
  sides(settings):: [side for side in ['warning', 'critical'] if std.get(settings, side) != null],

  // The colour of a signal that is down.
  bad(signal, config)::
    colours[if signal.alert == null then 'critical' else config.alerts[signal.alert.settings].severity],

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
      else [step('good', null)] + [step(side, beyond(settings[side])) for side in sides],

  // The same in words, because colour must not be the only sign: "Above 1% is a warning, above 5% critical."
  sentences(signal, config)::
    local settings = if signal.alert != null then config.alerts[signal.alert.settings] else {};
    if $.sides(settings) == [] then []
    else
      local side(name) = '%s %s is %s' % [
        signal.alert.when,
        units[signal.unit].text(settings[name]),
        if name == 'warning' then 'a warning' else 'critical',
      ];
      local text = std.join(', ', [side(name) for name in $.sides(settings)]);
      if text == '' then [] else [std.asciiUpper(text[0]) + text[1:] + '.'],

  // Steps of a number that is no signal and that nobody is told of: published marks, such as those of Web Vitals.
  marks(fair, poor):: [step('good', null), step('warning', fair), step('critical', poor)],

  // The same for what is better the more there is of it.
  shares(fair, poor):: [step('critical', null), step('warning', poor), step('good', fair)],

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
