// One query of a panel: what is asked, after everything is filled in, and its answer as data frames.
import type { DataFrame, DataQueryRequest, ScopedVars } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import type { QueryReport } from '../report';
import { type Answer, queryInstant, queryRange } from './client';
import { fill, noteFor } from './context';
import { seriesFrames, tableFrame } from './frames';
import { aligned, promDuration, rateIntervalOf, seconds, stepOf, type Timing } from './interval';

/** A target of a panel, as Grafana's Prometheus data source stores it. */
export interface PrometheusQuery extends DataQuery {
  expr?: string;
  legendFormat?: string;
  format?: 'time_series' | 'table' | 'heatmap';
  instant?: boolean;
  interval?: string;
}

export class Question {
  readonly expr: string;
  readonly step: number;
  private readonly from: number;
  private readonly to: number;

  constructor(
    private readonly target: PrometheusQuery,
    private readonly request: DataQueryRequest,
    scrapeInterval: string,
  ) {
    this.from = request.range.from.valueOf() / 1000;
    this.to = request.range.to.valueOf() / 1000;
    const timing: Timing = {
      range: this.to - this.from,
      maxDataPoints: request.maxDataPoints ?? 1000,
      minStep: fill(request.scopedVars, target.interval ?? ''),
      interval: request.intervalMs / 1000,
      scrapeInterval: seconds(scrapeInterval),
    };
    this.step = stepOf(timing);
    this.expr = fill({ ...request.scopedVars, ...durations(timing, this.step) }, target.expr ?? '');
  }

  /** Asks Prometheus; `valueName` is the column of the values if the answer is a table. */
  async ask(signal: AbortSignal, valueName: string): Promise<DataFrame[]> {
    const answer = await this.fetch(signal);
    this.note({ series: answer.samples.length, ...(answer.warnings.length > 0 && { warnings: answer.warnings }) });
    const { refId, legendFormat, instant } = this.target;
    const asked = { refId, legendFormat, expr: this.expr, step: instant ? undefined : this.step };
    return this.target.format === 'table'
      ? [tableFrame(answer.samples, asked, valueName)]
      : seriesFrames(answer.samples, asked);
  }

  /** Notes in the report how it went. */
  note(outcome: Pick<QueryReport, 'error' | 'warnings'> & { series?: number }): void {
    const { refId, instant } = this.target;
    const step = instant ? {} : { step: this.step };
    noteFor(this.request.scopedVars)({ refId, expr: this.expr, ...step, series: 0, ...outcome });
  }

  private fetch(signal: AbortSignal): Promise<Answer> {
    if (this.target.instant) {
      return queryInstant(this.expr, this.to, signal);
    }
    return queryRange(this.expr, { ...aligned(this.from, this.to, this.step), step: this.step }, signal);
  }
}

/** The durations that a query may name. */
function durations(timing: Timing, step: number): ScopedVars {
  const rate = rateIntervalOf(step, timing);
  const range = Math.round(timing.range);
  const said = {
    __interval: promDuration(step),
    __interval_ms: step * 1000,
    __rate_interval: promDuration(rate),
    __rate_interval_ms: rate * 1000,
    __range: promDuration(range),
    __range_s: range,
    __range_ms: range * 1000,
  };
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, { text: String(value), value }]));
}
