// The house kinds of panels. What they show is a subject (subject.libsonnet); how they look is decided here and nowhere
// else. `new…` makes one, `with…` adds to it: panel.newTrend(subject) + panel.withQuery(expr, legend).
local empty = import 'empty.libsonnet';
local query = import 'query.libsonnet';
local thresholds = import 'thresholds.libsonnet';
local units = import 'units.libsonnet';
local words = import 'words.libsonnet';

// Green, orange and red are for what is well and what is not; a line that is neither is blue.
local plain = 'blue';
local steps(limits) = if limits == [] then [{ color: 'green', value: null }] else limits;
// On a background of these colours white stands out, as it does not on those of lines.
local dark(limits) = [each { color: 'dark-' + each.color } for each in steps(limits)];

local base(type, subject) = {
  local whole = self,
  type: type,
  title: subject.title,
  description: subject.description,
  datasource: query.datasource,
  transparent: false,
  targets: [],
  share:: 1,
  source:: subject.source,
  // What stands where there is nothing.
  nothing:: empty.sentence(subject.source),
  fieldConfig: {
    defaults: { unit: units[subject.unit].unit } {
      thresholds: { mode: 'absolute', steps: steps(subject.limits) },
      mappings: subject.words,
      noValue: whole.nothing,
    },
    overrides: [],
  },
};

// A scale reaches its first threshold, and one of counts at least one: half a thing is none.
local least(threshold, unit) = if unit == 'count' then std.max(threshold, 1) else threshold;

local reduced = { calcs: ['lastNotNull'], fields: '', values: false };
local legend = { displayMode: 'list', placement: 'bottom', showLegend: false, calcs: [] };
local graph(subject, custom) = base('timeseries', subject) {
  fieldConfig+: {
    defaults+: {
      color: { mode: 'fixed', fixedColor: plain },
      custom: {
        lineInterpolation: 'linear',
        showPoints: 'auto',
        spanNulls: false,
        axisSoftMin: 0,
      } + custom,
    },
  },
  options: {
    legend: legend,
    tooltip: { mode: 'multi', sort: 'desc' },
  },
};

{
  // One number, large: where it has thresholds, the background says whether it is well.
  newNumber(subject):: base('stat', subject) {
    local whole = self,
    nothing:: empty.word(subject.source),
    fieldConfig+: {
      defaults+: units[subject.unit] {
        color: { mode: 'thresholds' },
        // Without a number there is no colour: what is not known is not well.
        mappings+: [words.missing(whole.nothing)],
        thresholds+: { steps: dark(subject.limits) },
      },
    },
    options: {
      colorMode: if subject.limits == [] && subject.words == [] then 'none' else 'background_solid',
      graphMode: 'none',
      justifyMode: 'center',
      orientation: 'auto',
      reduceOptions: reduced,
      textMode: 'value',
      wideLayout: true,
    },
  },

  // One small number for each thing there is, with its name.
  newTiles(subject):: $.newNumber(subject) {
    nothing:: empty.sentence(subject.source),
    options+: { textMode: 'value_and_name', justifyMode: 'auto' },
  },

  // How it came to be so: lines, and each threshold as a dashed one that is always in sight.
  newTrend(subject)::
    local first = thresholds.first(subject.limits);
    graph(subject, {
      drawStyle: 'line',
      lineWidth: 2,
      fillOpacity: 8,
      [if first != null then 'axisSoftMax']: std.round(1100 * least(first, subject.unit)) / 1000,
      thresholdsStyle: { mode: if subject.limits == [] then 'off' else 'dashed' },
    }),

  // Parts that make up a whole, over time.
  newStack(subject):: graph(subject, {
    drawStyle: 'line',
    lineWidth: 1,
    fillOpacity: 45,
    stacking: { mode: 'normal', group: 'A' },
  }) + $.withSeveral,

  // Events that happened in each interval.
  newBars(subject):: graph(subject, {
    drawStyle: 'bars',
    lineWidth: 0,
    fillOpacity: 80,
    stacking: { mode: 'normal', group: 'A' },
  }) + $.withSeveral,

  // The same number of many things, the largest first.
  newRanking(subject):: base('bargauge', subject) {
    fieldConfig+: {
      defaults+: units[subject.unit] {
        color: { mode: if subject.limits == [] then 'fixed' else 'thresholds', fixedColor: plain },
        min: 0,
      },
    },
    options: {
      displayMode: 'basic',
      orientation: 'horizontal',
      reduceOptions: reduced,
      showUnfilled: true,
      valueMode: 'text',
      minVizWidth: 8,
      minVizHeight: 34,
      namePlacement: 'top',
      sizing: 'auto',
      maxVizHeight: 46,
      text: { titleSize: 14, valueSize: 16 },
    },
  },

  // Which state each thing was in, over time; the words say what the colours mean.
  newStates(subject):: base('state-timeline', subject) {
    fieldConfig+: { defaults+: { color: { mode: 'thresholds' }, custom: { fillOpacity: 75, lineWidth: 0 } } },
    options: {
      alignValue: 'left',
      legend: legend,
      mergeValues: true,
      rowHeight: 0.8,
      showValue: 'auto',
      tooltip: { mode: 'single', sort: 'none' },
    },
  },

  // Rows of words and numbers; the columns have units of their own (withUnits).
  newTable(subject):: base('table', subject { unit: 'text' }) {
    fieldConfig+: {
      defaults+: { custom: { align: 'auto', cellOptions: { type: 'auto' }, filterable: false, inspect: false } },
      // One value that is missing is no empty table.
      overrides: [{ matcher: { id: 'byType', options: 'number' }, properties: [{ id: 'noValue', value: '–' }] }],
    },
    options: { cellHeight: 'sm', showHeader: true, sortBy: [] },
    transformations: [],
  },

  // Many lines, told apart by colour and by name.
  withSeveral:: {
    fieldConfig+: { defaults+: { color: { mode: 'palette-classic' } } },
    options+: { legend+: { showLegend: true } },
  },

  // How far the scale must reach at least, where all is nought; and where it begins for a share that is near the whole.
  withCeiling(value):: { fieldConfig+: { defaults+: { custom+: { axisSoftMax: value } } } },
  withFloor(value):: $.withCeiling(1) + { fieldConfig+: { defaults+: { custom+: { axisSoftMin: value } } } },

  // Tenfold steps, for numbers of very different size.
  withWideScale:: {
    fieldConfig+: { defaults+: { custom+: { scaleDistribution: { type: 'symlog', log: 10, linearThreshold: 1 } } } },
  },

  // Part of the width of its line, compared with the other panels there.
  withShare(share):: { share:: share },

  // Least time between two points: what is read every few minutes has no more.
  withInterval(interval):: { interval: interval },

  // The same for lines that are often broken, because little happens: gaps of less than half an hour are closed.
  withPace(interval)::
    $.withInterval(interval) + { fieldConfig+: { defaults+: { custom+: { spanNulls: 30 * 60 * 1000 } } } },

  withQuery(expr, legend):: query.add(expr, { legendFormat: legend, range: true }),

  // The latest value only.
  withInstant(expr, legend):: query.add(expr, { legendFormat: legend, instant: true, range: false }),

  // Rows of a table: one for each series, with a column for each label.
  withRows(expr):: query.add(expr, { format: 'table', instant: true, range: false }),

  // Columns of a table: labels of its rows, or values of its queries, in this order and under these names.
  withColumns(columns, names):: {
    transformations+: [
      { id: 'merge', options: {} },
      { id: 'filterFieldsByName', options: { include: { names: columns } } },
      {
        id: 'organize',
        options: {
          indexByName: { [columns[i]]: i for i in std.range(0, std.length(columns) - 1) },
          renameByName: { [columns[i]]: names[i] for i in std.range(0, std.length(columns) - 1) },
          excludeByName: {},
        },
      },
    ],
  },

  withUnits(columns):: std.foldl(
    function(built, name) built + $.withOverride(name, units[columns[name]]),
    std.objectFields(columns),
    {}
  ),

  withWidths(columns):: std.foldl(
    function(built, name) built + $.withOverride(name, { 'custom.width': columns[name] }),
    std.objectFields(columns),
    {}
  ),

  withSort(name, desc):: { options+: { sortBy: [{ displayName: name, desc: desc }] } },

  // What stands there when there is nothing, where that is no matter of configuration.
  withNothing(text):: { nothing:: text },

  // What it means when no event is there, without a full stop.
  withQuiet(text):: { nothing:: empty.quiet(text, self.source) },

  withOverride(name, properties):: {
    fieldConfig+: {
      overrides+: [{
        matcher: { id: 'byName', options: name },
        properties: [{ id: id, value: properties[id] } for id in std.objectFields(properties)],
      }],
    },
  },

  withColour(name, colour):: $.withOverride(name, { color: { mode: 'fixed', fixedColor: colour } }),

  // A line for comparison only; `withDashed` for all lines whose names match.
  withDash(name, colour):: $.withOverride(name, {
    color: { mode: 'fixed', fixedColor: colour },
    'custom.fillOpacity': 0,
    'custom.lineStyle': { fill: 'dash', dash: [6, 6] },
    'custom.lineWidth': 1,
  }),
  withDashed(pattern, fill):: {
    fieldConfig+: {
      overrides+: [{
        matcher: { id: 'byRegexp', options: '/%s/' % pattern },
        properties: [
          { id: 'custom.fillOpacity', value: 0 },
          { id: 'custom.lineStyle', value: { fill: fill, dash: [6, 6] } },
        ],
      }],
    },
  },

  // A line that is a limit itself, because it moves: dashed, in the colour of its severity.
  withLimit(expr, name, colour)::
    { options+: { legend+: { showLegend: true } } } +
    $.withQuery(expr, name) +
    $.withDash(name, colour) +
    $.withOverride(name, { 'custom.stacking': { mode: 'none', group: 'A' } }),

  // Where a click on the value leads.
  withLinks(links):: { fieldConfig+: { defaults+: if links == [] then {} else { links: links } } },
}
