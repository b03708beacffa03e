// The command: node shots.mjs --help
import { parseArgs } from 'node:util';
import { Camera } from './camera';

const USAGE = `node shots.mjs --url URL --output FOLDER [--chromium PROGRAM] [--theme dark|light|both] [--query TEXT] [UID...]

Takes a picture of every dashboard (or of those named) of a running preview at URL, 1600 pixels wide and as high as the
dashboard is, and writes what the page knows about it beside: FOLDER/UID-THEME.png and .json.

  --url URL           such as http://127.0.0.1:3000
  --output FOLDER     made if it is not there
  --chromium PROGRAM  chromium unless said
  --theme THEME       both unless said
  --query TEXT        added to each address, such as from=now-6h&var-product=shop
`;

async function main(words: string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { url: text, output: text, chromium: text, theme: text, query: text, help: { type: 'boolean' } },
  });
  if (values.help || !values.url || !values.output) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const camera = await Camera.open(values.url, values.output, values.chromium ?? 'chromium');
  try {
    for (const uid of positionals.length > 0 ? positionals : await camera.uids()) {
      for (const theme of values.theme && values.theme !== 'both' ? [values.theme] : ['dark', 'light']) {
        process.stdout.write(`${await camera.take(uid, theme, values.query ?? '')}\n`);
      }
    }
  } finally {
    await camera.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
