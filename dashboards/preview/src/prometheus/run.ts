// Runs the queries of a panel: first that it loads, then what it got.
import { type DataQueryRequest, type DataSourceApi, LoadingState, type PanelData } from '@grafana/data';
import { catchError, from, isObservable, map, type Observable, of, startWith } from 'rxjs';

export function runRequest(
  source: DataSourceApi,
  request: DataQueryRequest,
  ask: DataSourceApi['query'] = source.query.bind(source),
): Observable<PanelData> {
  const base: PanelData = {
    state: LoadingState.Loading,
    series: [],
    timeRange: request.range,
    request,
    annotations: [],
  };
  const answer = ask(request);
  return (isObservable(answer) ? answer : from(answer)).pipe(
    map(({ data, state = LoadingState.Done, errors }): PanelData => {
      return { ...base, state, series: data, ...(errors?.[0] && { errors, error: errors[0] }) };
    }),
    catchError((error: unknown) => of({ ...base, state: LoadingState.Error, errors: [{ message: String(error) }] })),
    startWith(base),
  );
}
