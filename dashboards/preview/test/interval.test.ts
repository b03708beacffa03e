// How far apart points are, and what $__rate_interval is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aligned, promDuration, rateIntervalOf, stepOf, type Timing } from '../src/prometheus/interval';

const hour: Timing = { range: 3600, maxDataPoints: 1000, interval: 15, scrapeInterval: 15 };

test('points are never nearer than the scrapes', () => {
  assert.equal(stepOf(hour), 15);
});

test('points are as far apart as the panel is narrow, on a round number of seconds', () => {
  assert.equal(stepOf({ ...hour, maxDataPoints: 100 }), 30);
  assert.equal(stepOf({ ...hour, range: 86_400, maxDataPoints: 500 }), 120);
});

test("a target's own step counts instead of the scrapes", () => {
  assert.equal(stepOf({ ...hour, minStep: '5m' }), 300);
  assert.equal(stepOf({ ...hour, minStep: '5s' }), 5);
});

test('no query asks for more points than Prometheus gives', () => {
  const year = 365 * 86_400;
  assert.ok(year / stepOf({ ...hour, range: year, maxDataPoints: 100_000 }) <= 11_000);
});

test('the rate interval holds four scrapes, or the step and one more', () => {
  assert.equal(rateIntervalOf(15, hour), 60);
  assert.equal(rateIntervalOf(60, hour), 75);
  assert.equal(rateIntervalOf(300, { ...hour, minStep: '1m' }), 360);
});

test('durations are written as PromQL reads them', () => {
  assert.equal(promDuration(90), '90s');
  assert.equal(promDuration(0.5), '500ms');
});

test('start and end lie on the step, so that points stay where they are', () => {
  assert.deepEqual(aligned(1007, 4619, 15), { start: 1005, end: 4605 });
});
