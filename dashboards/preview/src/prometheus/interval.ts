// How far apart the points of a query are, and the range that rate() should look at, by the rules that Grafana documents
// for Prometheus. All durations are in seconds unless a name says milliseconds.
import { rangeUtil } from '@grafana/data';

/** Prometheus refuses a range query of more points per series. */
const MOST_POINTS = 11_000;

export interface Timing {
  /** Length of the time range. */
  range: number;
  /** Points that fit into the panel. */
  maxDataPoints: number;
  /** The target's own "Min step". */
  minStep?: string;
  /** The panel's "Min interval", or else how often Prometheus scrapes. */
  interval: number;
  /** How often Prometheus scrapes. */
  scrapeInterval: number;
}

/** The distance between two points. */
export function stepOf(timing: Timing): number {
  const wanted = rangeUtil.roundInterval((timing.range / timing.maxDataPoints) * 1000) / 1000;
  const least = timing.minStep ? seconds(timing.minStep) : timing.interval;
  return Math.max(wanted, least, roundUp(timing.range / MOST_POINTS), 0.001);
}

/** `$__rate_interval`: always long enough to hold several scrapes. */
export function rateIntervalOf(step: number, timing: Timing): number {
  const scrape = timing.minStep ? seconds(timing.minStep) : timing.scrapeInterval;
  return Math.max(step + scrape, 4 * scrape);
}

/** A duration such as `1m` or `15s` in seconds. */
export function seconds(duration: string): number {
  return rangeUtil.intervalToSeconds(duration);
}

/** A duration as PromQL writes it. */
export function promDuration(duration: number): string {
  const milliseconds = Math.round(duration * 1000);
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** Start and end on multiples of the step, so that points stay where they are when the page refreshes. */
export function aligned(from: number, to: number, step: number): { start: number; end: number } {
  return { start: Math.floor(from / step) * step, end: Math.floor(to / step) * step };
}

function roundUp(duration: number): number {
  return Math.ceil(duration * 1000) / 1000;
}
