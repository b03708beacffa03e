// Prometheus's HTTP API, as far as the server passes it on.

export interface Sample {
  metric: Record<string, string>;
  /** Seconds and value, for an instant query. */
  value?: [number, string];
  /** The same for each step of a range query. */
  values?: Array<[number, string]>;
}

export interface Answer {
  samples: Sample[];
  warnings: string[];
}

interface Envelope<T> {
  status: string;
  data: T;
  errorType?: string;
  error?: string;
  warnings?: string[];
}

type QueryData = Series | Single;

interface Series {
  resultType: 'matrix' | 'vector';
  result: Sample[];
}

interface Single {
  resultType: 'scalar' | 'string';
  result: [number, string];
}

type Parameters = Record<string, string | number | undefined>;

export async function queryRange(
  expr: string,
  range: { start: number; end: number; step: number },
  signal?: AbortSignal,
): Promise<Answer> {
  return samples(await call<QueryData>('query_range', { query: expr, ...range }, signal));
}

export async function queryInstant(expr: string, time: number, signal?: AbortSignal): Promise<Answer> {
  return samples(await call<QueryData>('query', { query: expr, time }, signal));
}

export async function labelNames(range: { start: number; end: number }): Promise<string[]> {
  return (await call<string[]>('labels', range)).data;
}

/** Values of a label, on the series that a selector matches if one is given. */
export async function labelValues(
  label: string,
  selector: string | undefined,
  range: { start: number; end: number },
): Promise<string[]> {
  return (await call<string[]>(`label/${label}/values`, { 'match[]': selector, ...range })).data;
}

async function call<T>(path: string, parameters: Parameters, signal?: AbortSignal): Promise<Envelope<T>> {
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const words = new URLSearchParams(said.map(([name, value]) => [name, String(value)]));
  // the label values are the one thing that Prometheus answers to GET only
  const response = path.startsWith('label/')
    ? await fetch(`/api/v1/${path}?${words}`, { signal: signal ?? null })
    : await fetch(`/api/v1/${path}`, { method: 'POST', body: words, signal: signal ?? null });
  return checked(await envelope<T>(response));
}

async function envelope<T>(response: Response): Promise<Envelope<T>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Envelope<T>;
  } catch {
    throw new Error(`Prometheus answered ${response.status} with something other than JSON`);
  }
}

function checked<T>(envelope: Envelope<T>): Envelope<T> {
  if (envelope.status !== 'success') {
    throw new Error(envelope.errorType === 'unavailable' ? envelope.error : `${envelope.errorType}: ${envelope.error}`);
  }
  return envelope;
}

function samples({ data, warnings = [] }: Envelope<QueryData>): Answer {
  return { samples: isSeries(data) ? data.result : [{ metric: {}, value: data.result }], warnings };
}

function isSeries(data: QueryData): data is Series {
  return data.resultType === 'matrix' || data.resultType === 'vector';
}
