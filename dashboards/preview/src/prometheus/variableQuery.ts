// The queries of variables: label_values(metric, label) and its kin.
import { labelNames, labelValues, queryInstant } from './client';
import { legendOf } from './legend';

interface Range {
  start: number;
  end: number;
}

const FORMS: Array<[RegExp, (range: Range, ...words: string[]) => Promise<string[]>]> = [
  [/^label_names\(\s*\)$/, (range) => labelNames(range)],
  [
    /^label_values\(\s*(?:(.+),\s*)?([a-zA-Z_]\w*)\s*\)$/s,
    (range, selector, label = '') => labelValues(label, selector, range),
  ],
  [/^metrics\((.*)\)$/s, metrics],
  [/^query_result\((.+)\)$/s, results],
];

/** The values that a query finds, such as `label_values(up{job="vigie"}, product)`. */
export async function findValues(query: string, range: Range): Promise<string[]> {
  for (const [form, find] of FORMS) {
    const found = form.exec(query.trim());
    if (found) {
      return find(range, ...found.slice(1));
    }
  }
  throw new Error(`the variable's query is of no known form: ${query}`);
}

async function metrics(range: Range, pattern = ''): Promise<string[]> {
  const wanted = new RegExp(pattern);
  return (await labelValues('__name__', undefined, range)).filter((name) => wanted.test(name));
}

async function results(range: Range, expr = ''): Promise<string[]> {
  const { samples } = await queryInstant(expr, range.end);
  return samples.map(({ metric, value: [time, value] = [0, ''] }) => {
    return `${legendOf(undefined, metric, '')} ${value} ${time * 1000}`.trim();
  });
}
