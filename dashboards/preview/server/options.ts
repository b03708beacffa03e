// What the server is told on its command line.
import fs from 'node:fs';
import { parseArgs } from 'node:util';

export interface Options {
  /** Folder of dashboards, one JSON file each, as `vigie render` writes them. */
  dashboards: string;
  /** Where Prometheus answers. */
  prometheus: URL;
  /** Where to listen. */
  host: string;
  port: number;
  /** How often Prometheus scrapes, such as `15s`: the `timeInterval` of Grafana's data source. */
  scrapeInterval: string;
}

/** Something that the user can put right, in one sentence. */
export class UsageError extends Error {}

export const USAGE = `node server.mjs --dashboards DIR --prometheus URL [--listen HOST:PORT] [--scrape-interval DURATION]

Shows the dashboards in DIR with data from the Prometheus at URL.

  --dashboards DIR            folder of dashboard JSON, as vigie render writes it
  --prometheus URL            such as http://127.0.0.1:9090
  --listen HOST:PORT          where to listen; 127.0.0.1:3000 unless said
  --scrape-interval DURATION  how often Prometheus scrapes; 15s unless said
`;

/** Reads the command line. */
export function readOptions(words: string[]): Options {
  const values = parse(words);
  const { host, port } = listenAddress(values.listen ?? '127.0.0.1:3000');
  return {
    dashboards: folder(values.dashboards),
    prometheus: prometheusUrl(values.prometheus),
    host,
    port,
    scrapeInterval: duration(values['scrape-interval'] ?? '15s'),
  };
}

function parse(words: string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { dashboards: text, prometheus: text, listen: text, 'scrape-interval': text };
    return parseArgs({ args: words, options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

function folder(value: string | undefined): string {
  if (value === undefined) {
    throw new UsageError('--dashboards is missing: the folder of dashboard JSON, such as .vigie/rendered/dashboards');
  }
  if (!fs.statSync(value, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--dashboards ${value} is not a folder; vigie render writes one`);
  }
  return value;
}

function prometheusUrl(value: string | undefined): URL {
  const url = URL.canParse(value ?? '') ? new URL(value ?? '') : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--prometheus ${value ?? 'is missing'}: expected a URL such as http://127.0.0.1:9090`);
  }
  return url;
}

function listenAddress(value: string): { host: string; port: number } {
  const found = /^(?:\[([\da-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(value);
  const port = Number(found?.[3]);
  if (!found || port > 65535) {
    throw new UsageError(`--listen ${value}: expected an address such as 127.0.0.1:3000`);
  }
  return { host: found[1] ?? found[2] ?? '', port };
}

function duration(value: string): string {
  if (!/^[1-9]\d*(ms|s|m|h)$/.test(value)) {
    throw new UsageError(`--scrape-interval ${value}: expected a duration such as 15s`);
  }
  return value;
}
