// The one data source: it answers every query of every dashboard from Prometheus.
import {
  type AnnotationQuery,
  type AnnotationSupport,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type DataSourcePluginMeta,
  type LegacyMetricFindQueryOptions,
  LoadingState,
  type MetricFindValue,
  PluginType,
} from '@grafana/data';
import { RuntimeDataSource } from '@grafana/scenes';
import { Observable, of } from 'rxjs';
import { report } from '../report';
import { type PrometheusQuery, Question } from './question';
import { eventsOf, type Marking } from './annotations';
import { fill, noteQuery } from './context';
import { findValues } from './variableQuery';

export const UID = 'prometheus';

const META: DataSourcePluginMeta = {
  id: 'prometheus',
  name: 'Prometheus',
  type: PluginType.datasource,
  module: '',
  baseUrl: '',
  info: {
    author: { name: '' },
    description: '',
    links: [],
    logos: { large: '', small: '' },
    screenshots: [],
    updated: '',
    version: '',
  },
};

export class PrometheusSource extends RuntimeDataSource<PrometheusQuery> {
  override readonly name = 'Prometheus';
  /** How often Prometheus scrapes: no point of a graph is nearer to the next than that. */
  override interval: string;
  override annotations: AnnotationSupport<PrometheusQuery>;
  readonly instanceSettings: DataSourceInstanceSettings;

  constructor(scrapeInterval: string) {
    super('prometheus', UID);
    this.interval = scrapeInterval;
    this.meta = META;
    this.annotations = annotationSupport;
    this.instanceSettings = {
      id: 1,
      uid: UID,
      name: this.name,
      type: 'prometheus',
      meta: META,
      jsonData: {},
      access: 'proxy',
      readOnly: true,
    };
  }

  override query(request: DataQueryRequest<PrometheusQuery>): Observable<DataQueryResponse> {
    return new Observable((subscriber) => {
      const abort = new AbortController();
      this.answer(request, abort.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      return () => abort.abort();
    });
  }

  override async metricFindQuery(
    query: string | { query?: string },
    options: LegacyMetricFindQueryOptions = {},
  ): Promise<MetricFindValue[]> {
    const name = options.variable?.name ?? '';
    const expr = fill(options.scopedVars, typeof query === 'string' ? query : (query.query ?? ''));
    const range = { start: seconds(options.range?.from), end: seconds(options.range?.to) };
    try {
      const values = await findValues(expr, range);
      noteQuery(report.variables, { name, refId: name, expr, series: values.length });
      return values.map((text) => ({ text, value: text }));
    } catch (error) {
      noteQuery(report.variables, { name, refId: name, expr, series: 0, error: message(error) });
      throw error;
    }
  }

  private async answer(request: DataQueryRequest<PrometheusQuery>, signal: AbortSignal): Promise<DataQueryResponse> {
    const targets = request.targets.filter((target) => !target.hide && target.expr);
    const tables = targets.filter((target) => target.format === 'table').length;
    const errors: DataQueryError[] = [];
    const frames = targets.map(async (target): Promise<DataFrame[]> => {
      const question = new Question(target, request, this.interval);
      try {
        return await question.ask(signal, tables > 1 ? `Value #${target.refId}` : 'Value');
      } catch (error) {
        if (!signal.aborted) {
          question.note({ error: message(error) });
        }
        errors.push({ refId: target.refId, message: message(error) });
        return [];
      }
    });
    const data = (await Promise.all(frames)).flat();
    return { data, errors, state: errors.length > 0 ? LoadingState.Error : LoadingState.Done };
  }
}

type StoredAnnotation = AnnotationQuery<PrometheusQuery> & Marking;

/** The expression of an annotation stands beside its target in JSON of long ago, which is also what people write. */
const annotationSupport: AnnotationSupport<PrometheusQuery, StoredAnnotation> = {
  prepareAnnotation: (json: StoredAnnotation) => json,
  prepareQuery: ({ expr, step, target }) => ({
    refId: 'Anno',
    expr: target?.expr ?? expr ?? '',
    interval: target?.interval ?? step ?? '60s',
  }),
  processEvents: (annotation, frames) => of(eventsOf(frames, annotation)),
};

function seconds(moment: { valueOf(): number } | undefined): number {
  return (moment?.valueOf() ?? Date.now()) / 1000;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
