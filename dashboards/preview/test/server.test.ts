// The server: what it answers, what it passes on, and what nobody gets out of it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { readOptions, UsageError } from '../server/options';
import { makeServer } from '../server/routes';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'preview-server-'));
const page = path.join(folder, 'page');
const dashboards = path.join(folder, 'dashboards');
const asked: string[] = [];

const prometheus = http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${body}`);
    response.writeHead(request.url?.includes('query_range') ? 400 : 200, { 'content-type': 'application/json' });
    response.end('{"status":"success"}');
  });
});
let server: http.Server;
let deaf: http.Server;

before(async () => {
  fs.mkdirSync(path.join(page, 'assets'), { recursive: true });
  fs.mkdirSync(dashboards);
  fs.writeFileSync(path.join(folder, 'secret.html'), 'secret');
  fs.writeFileSync(path.join(page, 'index.html'), 'the page');
  fs.writeFileSync(path.join(page, 'assets', 'a-1.js'), 'code');
  fs.writeFileSync(path.join(dashboards, 'b.json'), '{"uid": "two", "title": "Two", "tags": ["x"], "panels": []}');
  fs.writeFileSync(path.join(dashboards, 'a.json'), '{"uid": "one", "title": "One", "description": "First"}');
  fs.writeFileSync(path.join(dashboards, 'c.json'), '{"uid"');
  fs.writeFileSync(path.join(dashboards, 'd.json'), '[]');
  await listen(prometheus);
  server = makeServer(options(`${base(prometheus)}/prefix/`), page);
  deaf = makeServer(options('http://127.0.0.1:1'), page);
  await Promise.all([listen(server), listen(deaf)]);
});

after(() => {
  for (const each of [server, deaf, prometheus]) {
    each.close();
    each.closeAllConnections();
  }
  fs.rmSync(folder, { recursive: true });
});

function options(url: string) {
  return readOptions(['--dashboards', dashboards, '--prometheus', url]);
}

function listen(each: http.Server): Promise<void> {
  return new Promise((resolve) => each.listen(0, '127.0.0.1', resolve));
}

function base(each: http.Server): string {
  return `http://127.0.0.1:${(each.address() as AddressInfo).port}`;
}

/** A request whose path is sent as it stands, unlike fetch, which tidies it up first. */
function raw(target: string, method = 'GET'): Promise<{ status: number; body: string }> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, path: target, method }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

test('it says that it is well, and how often Prometheus scrapes', async () => {
  assert.equal((await raw('/healthz')).status, 200);
  const settings = JSON.parse((await raw('/api/settings')).body) as object;
  assert.deepEqual(settings, { scrapeInterval: '15s', prometheus: `${base(prometheus)}/prefix/` });
});

test('dashboards are listed by title, and files that are none by what is wrong with them', async () => {
  const { dashboards: found, faults } = JSON.parse((await raw('/api/dashboards')).body) as {
    dashboards: object[];
    faults: string[];
  };
  assert.deepEqual(found, [
    { uid: 'one', title: 'One', description: 'First', tags: [] },
    { uid: 'two', title: 'Two', description: '', tags: ['x'] },
  ]);
  assert.match(faults.join('\n'), /^c\.json cannot be read: .*\nd\.json is no dashboard/);
});

test('a dashboard is answered by its uid, and an unknown one with those that there are', async () => {
  assert.equal((JSON.parse((await raw('/api/dashboards/two')).body) as { title: string }).title, 'Two');
  const unknown = await raw('/api/dashboards/three');
  assert.equal(unknown.status, 404);
  assert.match(unknown.body, /there is no dashboard three.*"uid":"one"/);
});

test('the page stands behind the list and every dashboard, and an unknown dashboard is not found', async () => {
  for (const target of ['/', '/dashboards', '/d/one', '/d/one/any-name?from=now-1h']) {
    assert.deepEqual(await raw(target), { status: 200, body: 'the page' }, target);
  }
  assert.deepEqual(await raw('/d/three'), { status: 404, body: 'the page' });
});

test('files of the page are served, and those that change their names may be kept', async () => {
  const response = await fetch(`${base(server)}/assets/a-1.js`);
  assert.equal(await response.text(), 'code');
  assert.equal(response.headers.get('content-type'), 'text/javascript');
  assert.match(response.headers.get('cache-control') ?? '', /immutable/);
});

const ESCAPES = [
  '/../secret.html',
  '/assets/../../secret.html',
  '/..%2fsecret.html',
  '/%2e%2e/secret.html',
  '/assets/%2e%2e%2f%2e%2e%2fsecret.html',
  '/assets/..\\..\\secret.html',
  '//secret.html',
  '/d/../../secret.html',
  '/api/dashboards/..%2f..%2fsecret',
  '/api/dashboards/../../secret.html',
  '/assets/',
];

for (const target of ESCAPES) {
  test(`no path leads out of the folders: ${target}`, async () => {
    const { status, body } = await raw(target);
    assert.doesNotMatch(body, /^secret$/);
    assert.ok(status === 404 || body === 'the page', `${status} ${body}`);
  });
}

test('queries are passed on to Prometheus, under its own prefix, and its answers back', async () => {
  asked.length = 0;
  await fetch(`${base(server)}/api/v1/label/product/values?match[]=up`);
  await fetch(`${base(server)}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: 'up' }) });
  const refused = await fetch(`${base(server)}/api/v1/query_range?query=(`);
  assert.deepEqual(asked, [
    'GET /prefix/api/v1/label/product/values?match[]=up ',
    'POST /prefix/api/v1/query query=up',
    'GET /prefix/api/v1/query_range?query=( ',
  ]);
  assert.equal(refused.status, 400);
});

const CLOSED: Array<[method: string, target: string, status: number]> = [
  ['GET', '/api/v1/status/config', 404],
  ['GET', '/api/v1/admin/tsdb/snapshot', 404],
  ['POST', '/api/v1/admin/tsdb/delete_series', 405],
  ['POST', '/-/quit', 405],
  ['GET', '/api/v1/label/a/../../status/config/values', 404],
  ['GET', '/api/v1/label/a%2f..%2f..%2fstatus/values', 404],
  ['DELETE', '/api/v1/query', 405],
];

for (const [method, target, status] of CLOSED) {
  test(`nothing else of Prometheus can be reached: ${method} ${target}`, async () => {
    asked.length = 0;
    assert.equal((await raw(target, method)).status, status);
    assert.deepEqual(asked, []);
  });
}

test('a Prometheus that is down is an error in one sentence', async () => {
  const response = await fetch(`${base(deaf)}/api/v1/query?query=up`);
  const { errorType, error } = (await response.json()) as Record<string, string>;
  assert.equal(response.status, 502);
  assert.equal(errorType, 'unavailable');
  assert.match(error ?? '', /^Prometheus at http:\/\/127\.0\.0\.1:1 does not answer \(.+\)$/);
});

const GOOD = ['--dashboards', os.tmpdir(), '--prometheus', 'http://127.0.0.1:9090'];
const BAD: Array<[words: string[], sentence: RegExp]> = [
  [[], /^--dashboards is missing/],
  [['--dashboards', '/nowhere'], /^--dashboards \/nowhere is not a folder/],
  [GOOD.slice(0, 2), /^--prometheus is missing: expected a URL/],
  [[...GOOD.slice(0, 3), 'ftp://x'], /^--prometheus ftp:\/\/x: expected a URL/],
  [[...GOOD, '--listen', '3000'], /^--listen 3000: expected an address/],
  [[...GOOD, '--listen', '127.0.0.1:70000'], /^--listen 127\.0\.0\.1:70000: expected an address/],
  [[...GOOD, '--scrape-interval', '15'], /^--scrape-interval 15: expected a duration/],
  [[...GOOD, '--port', '1'], /--port/],
];

for (const [words, sentence] of BAD) {
  test(`a bad command line is one sentence: ${words.slice(-2).join(' ') || 'none'}`, () => {
    assert.throws(
      () => readOptions(words),
      (error: Error) => {
        return error instanceof UsageError && sentence.test(error.message) && !error.message.includes('\n');
      },
    );
  });
}

test('it listens on loopback unless told otherwise', () => {
  assert.equal(readOptions(GOOD).host, '127.0.0.1');
  assert.deepEqual(
    [readOptions([...GOOD, '--listen', '[::1]:80']).host, readOptions([...GOOD, '--listen', '[::1]:80']).port],
    ['::1', 80],
  );
});
