// Check dashboards against the libraries of Grafana: node check.mjs FILE.json…
// One line for each fault; the exit status is 1 if there is any.
import fs from 'node:fs';
import path from 'node:path';
import { faults as ofNames } from './names.mjs';
import { faults as ofTypes } from './types.mjs';

const files = process.argv.slice(2);
const dashboards = Object.fromEntries(files.map((file) => [path.basename(file), JSON.parse(fs.readFileSync(file, 'utf8'))]));
const found = [...ofTypes(dashboards), ...ofNames(dashboards)];
for (const fault of found) {
  console.log(fault);
}
console.log(`${files.length} dashboards, ${found.length} faults`);
process.exitCode = found.length ? 1 : 0;
