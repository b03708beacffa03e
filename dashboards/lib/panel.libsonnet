// The house kinds of panels. What they show (title, description, unit, thresholds) comes from a signal; how they look is
// decided here and nowhere else. Every setter returns something to be added: stat(…) + panel.at(0, 1, 4, 7).
local units = import '../../signals/units.libsonnet';
local thresholds = import 'thresholds.libsonnet';

local datasource = { type: 'prometheus', uid: '${datasource}' };
local target(index, expr, legend) = {
  refId: std.char(std.codepoint('A') + index),
  datasource: datasource,
  expr: expr,
  legendFormat: legend,
};

local steps(list) = if list == [] then [{ color: 'green', value: null }] else list;
local base(type, title, description, unit, limits) = {
  type: type,
  title: title,
  description: description,
  datasource: datasource,
  transparent: false,
  targets: [],
  fieldConfig: {
    defaults: {
      unit: units[unit].grafana,
      [if unit == 'count' then 'decimals']: 0,
      thresholds: { mode: 'absolute', steps: steps(limits) },
    },
    overrides: [],
  },
};

{
  // One number, large: the background says whether it is well.
  stat(title, description, unit, limits):: base('stat', title, description, unit, limits) {
    fieldConfig+: { defaults+: { color: { mode: 'thresholds' } } },
    options: {
      colorMode: if limits == [] then 'none' else 'background_solid',
      graphMode: 'none',
      justifyMode: 'center',
      orientation: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      text: { valueSize: 44 },
      textMode: 'value',
      wideLayout: true,
    },
  },

  // How it came to be so: lines, and each threshold as a dashed one that is always in sight.
  trend(title, description, unit, limits):: base('timeseries', title, description, unit, limits) {
    local first = thresholds.first(limits),
    fieldConfig+: {
      defaults+: {
        custom: {
          drawStyle: 'line',
          lineInterpolation: 'linear',
          lineWidth: 2,
          fillOpacity: 8,
          showPoints: 'never',
          spanNulls: false,
          axisSoftMin: 0,
          [if first != null then 'axisSoftMax']: std.round(first * 1100) / 1000,
          thresholdsStyle: { mode: if limits == [] then 'off' else 'dashed' },
        },
      },
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  },

  // The colours of lines: one is blue, because green, orange and red are for what is well and what is not.
  one:: { fieldConfig+: { defaults+: { color: { mode: 'fixed', fixedColor: 'blue' } } } },
  several:: { fieldConfig+: { defaults+: { color: { mode: 'palette-classic' } } } },

  row(title):: { type: 'row', title: title, collapsed: false, panels: [] },

  query(expr, legend):: {
    local previous = super.targets,
    targets: previous + [target(std.length(previous), expr, legend)],
  },

  // A line that is a limit itself, because it moves: dashed, in the colour of its severity.
  limit(expr, name, colour):: $.query(expr, name) + {
    fieldConfig+: {
      overrides+: [{
        matcher: { id: 'byName', options: name },
        properties: [
          { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
          { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
          { id: 'custom.lineWidth', value: 1 },
          { id: 'custom.fillOpacity', value: 0 },
        ],
      }],
    },
  },

  at(x, y, w, h):: { gridPos: { x: x, y: y, w: w, h: h } },
}
