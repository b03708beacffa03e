// From a query's text to Prometheus, and from its answer to data frames.
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { FieldType } from '@grafana/data';
import { eventsOf } from '../src/prometheus/annotations';
import { queryInstant, type Sample } from '../src/prometheus/client';
import { seriesFrames, tableFrame } from '../src/prometheus/frames';
import { interpolated } from '../src/prometheus/interpolate';
import { legendOf } from '../src/prometheus/legend';
import { findValues } from '../src/prometheus/variableQuery';

afterEach(() => mock.restoreAll());

function prometheusAnswers(body: object, status = 200) {
  return mock.method(globalThis, 'fetch', async () => new Response(JSON.stringify(body), { status }));
}

test('a value stands between quotes without ending them', () => {
  assert.equal(interpolated('a"b\\c'), 'a\\"b\\\\c');
});

test('a value of several is a regular expression that matches just them', () => {
  const several = { multi: true };
  assert.equal(interpolated(['a.b', 'c'], several), '(a\\\\.b|c)');
  assert.equal(interpolated('a.b', several), 'a\\\\.b');
  assert.equal(interpolated(['a'], { includeAll: true }), 'a');
});

test('a legend names a series by its labels', () => {
  const metric = { __name__: 'up', job: 'vigie', product: 'shop' };
  assert.equal(legendOf('{{ job }} of {{product}}{{nothing}}', metric, 'up'), 'vigie of shop');
  assert.equal(legendOf(undefined, metric, 'up'), 'up{job="vigie", product="shop"}');
  assert.equal(legendOf('', { __name__: 'up' }, 'up'), 'up');
  assert.equal(legendOf('', {}, 'sum(up)'), 'sum(up)');
  assert.equal(legendOf('__auto', metric, 'up'), '');
});

test('a series is a frame that knows its labels, its name and its step', () => {
  const sample: Sample = {
    metric: { __name__: 'up', job: 'a' },
    values: [
      [1, '2'],
      [16, 'NaN'],
    ],
  };
  const [frame] = seriesFrames([sample], { refId: 'A', expr: 'up', legendFormat: '{{job}}', step: 15 });
  const [time, value] = frame?.fields ?? [];
  assert.equal(frame?.name, 'a');
  assert.deepEqual(time?.values, [1000, 16_000]);
  assert.equal(time?.config.interval, 15_000);
  assert.deepEqual(value?.values, [2, Number.NaN]);
  assert.deepEqual(value?.labels, { job: 'a' });
  assert.equal(value?.config.displayNameFromDS, 'a');
});

test('a table has a column for each label and a row for each sample', () => {
  const samples: Sample[] = [
    { metric: { b: '1' }, value: [5, '10'] },
    { metric: { a: 'x', b: '2' }, value: [5, '20'] },
  ];
  const frame = tableFrame(samples, { refId: 'B', expr: 'm' }, 'Value #B');
  const columns = frame.fields.map(({ name, type, values }) => [name, type, values]);
  assert.deepEqual(columns, [
    ['Time', FieldType.time, [5000, 5000]],
    ['a', FieldType.string, ['', 'x']],
    ['b', FieldType.string, ['1', '2']],
    ['Value #B', FieldType.number, [10, 20]],
  ]);
});

test('a table of nothing is a table, with no rows', () => {
  const frame = tableFrame([], { refId: 'A', expr: 'm' }, 'Value');
  assert.equal(frame.length, 0);
  assert.deepEqual(
    frame.fields.map(({ name }) => name),
    ['Time', 'Value'],
  );
});

test('annotations are spans of truth, and apart where there is a gap', () => {
  const metric = { __name__: 'm', vendor: 'stripe', region: 'eu' };
  const values: Array<[number, string]> = [
    [60, '1'],
    [120, '1'],
    [180, '0'],
    [600, '1'],
  ];
  const frames = seriesFrames([{ metric, values }], { refId: 'Anno', expr: 'm', step: 60 });
  const events = eventsOf(frames, {
    titleFormat: '{{vendor}} down',
    textFormat: 'in {{region}}',
    tagKeys: 'region, none',
  });
  assert.deepEqual(events, [
    { title: 'stripe down', text: 'in eu', tags: ['eu'], time: 60_000, timeEnd: 120_000, isRegion: true },
    { title: 'stripe down', text: 'in eu', tags: ['eu'], time: 600_000 },
  ]);
});

test('an annotation may be at the moment that is its value', () => {
  const values: Array<[number, string]> = [
    [60, '5000'],
    [120, '5000'],
    [180, '90000'],
  ];
  const frames = seriesFrames([{ metric: {}, values }], { refId: 'Anno', expr: 'm', step: 60 });
  assert.deepEqual(
    eventsOf(frames, { useValueForTime: true }).map(({ time }) => time),
    [5000, 90_000],
  );
});

test('a scalar is a sample without labels', async () => {
  prometheusAnswers({ status: 'success', data: { resultType: 'scalar', result: [5, '1'] } });
  assert.deepEqual(await queryInstant('1', 5), { samples: [{ metric: {}, value: [5, '1'] }], warnings: [] });
});

test('what Prometheus refuses is said in its words', async () => {
  prometheusAnswers({ status: 'error', errorType: 'bad_data', error: 'parse error' }, 400);
  await assert.rejects(queryInstant('(', 5), /^Error: bad_data: parse error$/);
});

test("the values of a variable are those of a label on a selector's series", async () => {
  const fetched = prometheusAnswers({ status: 'success', data: ['club', 'shop'] });
  const values = await findValues('label_values(up{job="a, b"}, product)', { start: 1, end: 2 });
  assert.deepEqual(values, ['club', 'shop']);
  const url = new URL(String(fetched.mock.calls[0]?.arguments[0]), 'http://x');
  assert.equal(url.pathname, '/api/v1/label/product/values');
  assert.equal(url.searchParams.get('match[]'), 'up{job="a, b"}');
});

test('a variable may ask for a label without a selector, for metrics, and for the results of a query', async () => {
  const range = { start: 1, end: 2 };
  prometheusAnswers({ status: 'success', data: ['up', 'down'] });
  assert.deepEqual(await findValues('label_values(product)', range), ['up', 'down']);
  assert.deepEqual(await findValues('metrics(^u)', range), ['up']);
  mock.restoreAll();
  const result = [{ metric: { a: 'b' }, value: [2, '7'] }];
  prometheusAnswers({ status: 'success', data: { resultType: 'vector', result } });
  assert.deepEqual(await findValues('query_result(m)', range), ['{a="b"} 7 2000']);
});

test('a variable whose query is of no known form is refused', async () => {
  await assert.rejects(findValues('labels(up)', { start: 1, end: 2 }), /no known form: labels\(up\)/);
});
