// Addresses, the order of panels, what they show, and the geometry of look-alikes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTheme, FieldType, LoadingState } from '@grafana/data';
import { arcPath, bands, shareOf } from '../src/panels/gauge/arc';
import { slicePaths } from '../src/panels/piechart/slices';
import { noValueOf, shownBy } from '../src/panels/shows';
import { meanings, rowsOf } from '../src/panels/state-timeline/segments';
import { graphable } from '../src/panels/timeseries/graphable';
import { entriesOf, gridHeight, isRow, undrawnParts } from '../src/scene/layout';
import type { Dashboard, Panel } from '../src/scene/model';
import { dashboardOf, linkTo, otherTheme, themeOf } from '../src/url';

test('an address names a dashboard as it does in Grafana', () => {
  assert.equal(dashboardOf('/d/vigie-ops'), 'vigie-ops');
  assert.equal(dashboardOf('/d/vigie%2Fops/any-name'), 'vigie/ops');
  assert.equal(dashboardOf('/'), undefined);
});

test('the theme is dark unless the address says light', () => {
  assert.equal(themeOf('?theme=light'), 'light');
  assert.equal(themeOf('?theme=pink'), 'dark');
  assert.equal(otherTheme('/d/a', '?from=now-1h'), '/d/a?from=now-1h&theme=light');
  assert.equal(otherTheme('/d/a', '?theme=light'), '/d/a?theme=dark');
});

test('links keep the theme, and time and variables where asked', () => {
  const chosen = '?var-product=shop&var-product=club&from=now-6h&to=now&theme=light&refresh=30s';
  assert.equal(linkTo('/d/b', chosen, { time: false, variables: false }), '/d/b?theme=light');
  assert.equal(linkTo('/d/b', chosen, { time: true, variables: false }), '/d/b?from=now-6h&to=now&theme=light');
  const both = linkTo('/d/b?from=now-1h#x', chosen, { time: true, variables: true });
  assert.equal(both, '/d/b?from=now-1h&var-product=shop&var-product=club&to=now&theme=light#x');
});

function panel(id: number, y: number, x = 0, more: object = {}): Panel {
  return { id, type: 'stat', title: `p${id}`, gridPos: { x, y, w: 6, h: 4 }, ...more } as Panel;
}

test('panels belong to the open row above them, and to a closed row only if they are in it', () => {
  const rows = [
    { id: 10, type: 'row', title: 'open', collapsed: false, gridPos: { x: 0, y: 4, w: 24, h: 1 }, panels: [] },
    {
      id: 11,
      type: 'row',
      title: 'closed',
      collapsed: true,
      gridPos: { x: 0, y: 9, w: 24, h: 1 },
      panels: [panel(4, 10)],
    },
  ];
  const dashboard = { panels: [panel(3, 5, 6), panel(2, 5), ...rows, panel(1, 0), panel(5, 14)] } as Dashboard;
  const order = entriesOf(dashboard).map((entry) =>
    isRow(entry) ? [entry.row.id, ...entry.panels.map(({ id }) => id)] : entry.id,
  );
  assert.deepEqual(order, [1, [10, 2, 3], [11, 4], 5]);
  assert.equal(gridHeight(dashboard), 18);
});

test('what a panel asks for in vain is said', () => {
  assert.deepEqual(undrawnParts(panel(1, 0)), []);
  assert.deepEqual(undrawnParts(panel(1, 0, 0, { repeat: 'product' })), [
    'repeat of panel "p1" is not drawn by the preview',
  ]);
});

const empty = { fields: [], length: 0 };
const full = { fields: [{ name: 'v', type: FieldType.number, values: [1], config: {} }], length: 1 };

test('a panel without data shows the text that the dashboard has for it', () => {
  assert.equal(noValueOf({ defaults: { noValue: 'All is quiet' }, overrides: [] }), 'All is quiet');
  assert.equal(noValueOf({ defaults: {}, overrides: [] }), 'No data');
});

test('a panel knows whether it shows data, nothing, or an error', () => {
  assert.equal(shownBy({ state: LoadingState.Done, series: [empty, full] }), 'data');
  assert.equal(shownBy({ state: LoadingState.Done, series: [empty] }), 'no value');
  assert.equal(shownBy({ state: LoadingState.Loading, series: [] }), 'nothing yet');
  assert.equal(shownBy({ state: LoadingState.Error, series: [full] }), 'error');
});

function states(times: number[], values: Array<number | null>) {
  const time = { name: 'Time', type: FieldType.time, values: times, config: { interval: 10 } };
  return [{ fields: [time, { name: 'w1', type: FieldType.number, values, config: {} }], length: times.length }];
}

test('states are segments: equal neighbours one, and none where points are missing', () => {
  const [row] = rowsOf(states([0, 10, 20, 50], [1, 1, 0, 0]), true);
  assert.equal(row?.name, 'w1');
  assert.deepEqual(
    row?.segments.map(({ from, to, text }) => [from, to, text]),
    [
      [0, 20, '1'],
      [20, 30, '0'],
      [50, 60, '0'],
    ],
  );
  assert.equal(rowsOf(states([0, 10], [1, null]), false)[0]?.segments.length, 1);
  assert.deepEqual(
    meanings(rowsOf(states([0, 10], [1, 0]), true)).map(({ text }) => text),
    ['1', '0'],
  );
});

test('a graph has a gap where a series has no points', () => {
  const range = { from: 0, to: 50 } as never;
  const [frame] = graphable(states([0, 10, 40], [1, 2, 3]), createTheme(), range);
  assert.deepEqual(frame?.fields[1]?.values, [1, 2, null, null, 3]);
});

test('a gauge goes from the left of its foot round to the right', () => {
  const ring = { x: 0, y: 0, radius: 10 };
  assert.match(arcPath(ring, 0, 1), /^M-7\.07 7\.07A10 10 0 1 1 7\.07 7\.07$/);
  assert.equal(shareOf(150, 100, 200), 0.5);
  assert.equal(shareOf(900, 100, 200), 1);
  assert.equal(shareOf(1, 1, 1), 0);
});

test('the bands of a gauge meet at its thresholds', () => {
  const steps = [
    { value: null, color: 'green' },
    { value: 50, color: 'orange' },
    { value: 80, color: 'red' },
  ];
  const place = (value: number) => shareOf(value, 0, 100);
  assert.deepEqual(bands(steps, place), [
    { from: 0, to: 0.5, color: 'green' },
    { from: 0.5, to: 0.8, color: 'orange' },
    { from: 0.8, to: 1, color: 'red' },
  ]);
});

test('slices of a pie go once round', () => {
  const [first, second] = slicePaths([1, 1], 10, 0);
  assert.match(first ?? '', /^M0\.00 -10\.00A10 10 0 0 1 0\.00 10\.00/);
  assert.match(second ?? '', /^M0\.00 10\.00A10 10 0 0 1 -0\.00 -10\.00/);
  assert.doesNotMatch(slicePaths([0, 0], 10, 0).join(), /NaN/);
});
