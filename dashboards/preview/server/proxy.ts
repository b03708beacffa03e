// The part of Prometheus's API that dashboards need, and nothing else of it: all of this only reads.
import type http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

const ALLOWED = /^\/api\/v1\/(query|query_range|labels|series|label\/[a-zA-Z_][a-zA-Z0-9_]*\/values)$/;
const ANSWER_MS = 60_000;
const BODY_BYTES = 1_000_000;

/** Whether a request is passed on. */
export function isAllowed(method: string | undefined, pathname: string): boolean {
  return (method === 'GET' || method === 'POST') && ALLOWED.test(pathname);
}

/** Passes a request on to Prometheus and its answer back; a Prometheus that is down is an error as its own would be. */
export async function proxy(request: http.IncomingMessage, response: http.ServerResponse, target: URL, url: URL) {
  const to = new URL(target);
  to.pathname = to.pathname.replace(/\/$/, '') + url.pathname;
  to.search = url.search;
  let answer: Response;
  try {
    answer = await fetch(to, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/x-www-form-urlencoded' },
      body: request.method === 'POST' ? await body(request) : null,
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: 'error',
    });
  } catch (error) {
    response.writeHead(502, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'error', errorType: 'unavailable', error: sentence(target, error) }));
    return;
  }
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
  await pipeline(Readable.fromWeb((answer.body ?? new Blob([]).stream()) as ReadableStream), response);
}

async function body(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES) {
      throw new Error(`the query is longer than ${BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sentence(target: URL, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error ? cause.message || code : String(cause);
  return `Prometheus at ${target.origin} does not answer (${reason || code})`;
}
