// The files of the page: found once, and only those are ever served, so that no path leads out of the folder.
import fs from 'node:fs';
import path from 'node:path';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

export interface PageFile {
  file: string;
  type: string;
  /** How long a browser may keep it: names in assets/ change with their content. */
  cache: string;
}

/** URL path to file, for every file of the built page that a browser can use. */
export function pageFiles(folder: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[path.extname(entry.name)];
    if (entry.isFile() && type !== undefined) {
      const file = path.join(entry.parentPath, entry.name);
      const url = `/${path.relative(folder, file).split(path.sep).join('/')}`;
      const cache = url.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
      files.set(url, { file, type, cache });
    }
  }
  return files;
}
