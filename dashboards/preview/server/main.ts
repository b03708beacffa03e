// The command: node server.mjs --help
import path from 'node:path';
import { readOptions, USAGE, UsageError } from './options';
import { makeServer } from './routes';

function main(words: string[]): void {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(USAGE);
    return;
  }
  const options = readOptions(words);
  const server = makeServer(options, path.join(import.meta.dirname, 'page'));
  server.on('error', (error) => fail(`cannot listen on ${options.host}:${options.port}: ${error.message}`));
  server.listen(options.port, options.host, () => {
    const { dashboards, prometheus, host, port } = options;
    process.stdout.write(`dashboards of ${dashboards} at http://${host}:${port} with data from ${prometheus.href}\n`);
  });
  process.on('SIGTERM', () => process.exit(0));
}

function fail(sentence: string): never {
  process.stderr.write(`error: ${sentence}\n`);
  process.exit(2);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) {
    throw error;
  }
  fail(error.message);
}
