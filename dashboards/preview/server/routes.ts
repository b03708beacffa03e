// What is answered to which request.
import fs from 'node:fs';
import http from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readDashboards } from './dashboards';
import { pageFiles, type PageFile } from './files';
import type { Options } from './options';
import { isAllowed, proxy } from './proxy';

const PAGE = /^\/(?:dashboards)?$/;
const DASHBOARD = /^\/d\/([^/]+)(?:\/[^/]*)?$/;
const API_DASHBOARD = /^\/api\/dashboards\/([^/]+)$/;
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; worker-src 'self' blob:",
  'x-content-type-options': 'nosniff',
};

export type Settings = Pick<Options, 'scrapeInterval'> & { prometheus: string };

/** The server, not yet listening. */
export function makeServer(options: Options, page: string): http.Server {
  const files = pageFiles(page);
  return http.createServer((request, response) => {
    answer(options, files, request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
      } else {
        json(response, 500, { message: error instanceof Error ? error.message : String(error) });
      }
    });
  });
}

async function answer(
  options: Options,
  files: Map<string, PageFile>,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const url = URL.canParse(request.url ?? '', 'http://localhost') && new URL(request.url ?? '', 'http://localhost');
  if (!url) {
    return json(response, 400, { message: 'the address cannot be read' });
  }
  const { pathname } = url;
  if (isAllowed(request.method, pathname)) {
    return proxy(request, response, options.prometheus, url);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return json(response, 405, { message: `${request.method} is not answered here` });
  }
  if (pathname === '/healthz') {
    return json(response, 200, { status: 'ok' });
  }
  if (pathname === '/api/settings') {
    const settings: Settings = { scrapeInterval: options.scrapeInterval, prometheus: options.prometheus.href };
    return json(response, 200, settings);
  }
  if (pathname.startsWith('/api/dashboards')) {
    return dashboards(options.dashboards, pathname, response);
  }
  const uid = DASHBOARD.exec(pathname)?.[1];
  if (uid !== undefined || PAGE.test(pathname)) {
    const known = uid === undefined || (await exists(options.dashboards, uid));
    return file(files.get('/index.html'), known ? 200 : 404, response);
  }
  return file(files.get(pathname), 200, response);
}

async function exists(folder: string, uid: string): Promise<boolean> {
  const { dashboards } = await readDashboards(folder);
  return dashboards.some((each) => each.uid === uid);
}

async function dashboards(folder: string, pathname: string, response: http.ServerResponse): Promise<void> {
  const { dashboards, faults } = await readDashboards(folder);
  const known = dashboards.map(({ json: _, ...summary }) => summary);
  if (pathname === '/api/dashboards') {
    return json(response, 200, { dashboards: known, faults });
  }
  const uid = API_DASHBOARD.exec(pathname)?.[1];
  const found = dashboards.find((each) => each.uid === uid);
  if (found === undefined) {
    return json(response, 404, { message: `there is no dashboard ${uid ?? pathname}`, dashboards: known });
  }
  return json(response, 200, found.json);
}

async function file(found: PageFile | undefined, status: number, response: http.ServerResponse): Promise<void> {
  if (found === undefined) {
    return json(response, 404, { message: 'there is nothing here; the list of dashboards is at /' });
  }
  response.writeHead(status, { ...HEADERS, 'content-type': found.type, 'cache-control': found.cache });
  await pipeline(fs.createReadStream(found.file), response);
}

function json(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
