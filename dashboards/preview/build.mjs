// Makes dist/: the page (dist/page), the server (dist/server.mjs) and the photographer (dist/shots.mjs).
//   node build.mjs            all three
//   node build.mjs --tests    the unit tests, as dist/tests/*.test.cjs
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const at = (/** @type {string[]} */ ...parts) => path.join(here, ...parts);

/** Grafana's libraries come with their own expectations of a bundle; these are the differences from a plain one. */
const GRAFANA = {
  alias: {
    '@grafana/plugin-compat/datasources': at('src/boot/dataSources.ts'),
    'react-router-dom-v5-compat': 'react-router-dom',
    'monaco-editor': at('src/boot/nothing.cjs'),
    'ol/format/WKT': at('src/boot/nothing.cjs'),
  },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}', global: 'globalThis' },
};

/**
 * Icons and fonts, and where Grafana's libraries look for them.
 * @type {Array<[string, string]>}
 */
const FILES = [
  ['node_modules/@grafana/ui/dist/public/img/icons', 'build/img/icons'],
  ['src/icons', 'build/img/icons/unicons'], // what the libraries ask for and do not bring along
  ['node_modules/inter-ui/web/Inter-Regular.woff2', 'fonts/inter/Inter-Regular.woff2'],
  ['node_modules/inter-ui/web/Inter-Italic.woff2', 'fonts/inter/Inter-Italic.woff2'],
  ['node_modules/inter-ui/web/Inter-Medium.woff2', 'fonts/inter/Inter-Medium.woff2'],
  ['node_modules/inter-ui/web/Inter-MediumItalic.woff2', 'fonts/inter/Inter-MediumItalic.woff2'],
  [
    'node_modules/@fontsource/roboto-mono/files/roboto-mono-latin-400-normal.woff2',
    'fonts/roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2',
  ],
];

async function page() {
  const out = at('dist/page');
  const result = await build({
    ...GRAFANA,
    absWorkingDir: here,
    entryPoints: [at('src/boot/boot.ts')],
    outdir: path.join(out, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    loader: { '.ttf': 'file', '.woff2': 'file', '.svg': 'file' },
    logLevel: 'error',
  });
  for (const [from, to] of FILES) {
    fs.cpSync(at(from), path.join(out, to), { recursive: true });
  }
  fs.writeFileSync(path.join(out, 'index.html'), html(result.metafile.outputs));
}

/** The page's frame, with the names that this build gave to its files. */
function html(/** @type {Record<string, import('esbuild').Metafile['outputs'][string]>} */ outputs) {
  const names = Object.keys(outputs).map((name) => path.basename(name));
  const boot = names.find((name) => /^boot-.*\.js$/.test(name)) ?? '';
  const styles = names.filter((name) => /^(boot|main)-.*\.css$/.test(name));
  return fs
    .readFileSync(at('src/index.html'), 'utf8')
    .replace('{{boot}}', `/assets/${boot}`)
    .replace('{{styles}}', styles.map((name) => `<link rel="stylesheet" href="/assets/${name}">`).join(''));
}

const NODE = { bundle: true, platform: 'node', target: 'node20', logLevel: 'error', absWorkingDir: here };

/** Programs that run in Node; what they need of npm stays outside. */
async function programs() {
  await build({
    .../** @type {import('esbuild').BuildOptions} */ (NODE),
    entryPoints: { server: at('server/main.ts'), shots: at('shots/main.ts') },
    outdir: at('dist'),
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    packages: 'external',
  });
}

/** Tests of the page's modules take Grafana's libraries along, because Node cannot load those as they are. */
async function tests() {
  const files = fs.readdirSync(at('test')).filter((name) => name.endsWith('.test.ts'));
  await build({
    .../** @type {import('esbuild').BuildOptions} */ (NODE),
    ...GRAFANA,
    define: {},
    banner: { js: "globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };" }, // a browser's, which formatting asks for
    entryPoints: files.map((name) => at('test', name)),
    outdir: at('dist/tests'),
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    sourcemap: 'inline',
  });
}

if (process.argv.includes('--tests')) {
  fs.rmSync(at('dist/tests'), { recursive: true, force: true });
  await tests();
} else {
  fs.rmSync(at('dist'), { recursive: true, force: true });
  await Promise.all([page(), programs()]);
}
