// The dashboards in a folder, read anew each time: `vigie render` may have written them a moment ago.
import fs from 'node:fs/promises';
import path from 'node:path';

export interface Summary {
  uid: string;
  title: string;
  description: string;
  tags: string[];
}

export interface Dashboard extends Summary {
  json: Record<string, unknown>;
}

export interface Collection {
  dashboards: Dashboard[];
  /** A sentence about each file that is no dashboard. */
  faults: string[];
}

/** Everything in the folder, by title. */
export async function readDashboards(folder: string): Promise<Collection> {
  const collection: Collection = { dashboards: [], faults: [] };
  for (const name of (await fs.readdir(folder)).filter((each) => each.endsWith('.json')).sort()) {
    const found = await readDashboard(path.join(folder, name));
    if (typeof found === 'string') {
      collection.faults.push(`${name} ${found}`);
    } else {
      collection.dashboards.push(found);
    }
  }
  collection.dashboards.sort((one, other) => one.title.localeCompare(other.title));
  return collection;
}

/** One file; a string says what is wrong with it. */
async function readDashboard(file: string): Promise<Dashboard | string> {
  let json: unknown;
  try {
    json = JSON.parse(await fs.readFile(file, 'utf8'));
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isObject(json) || typeof json.uid !== 'string' || typeof json.title !== 'string') {
    return 'is no dashboard: it has no uid and title';
  }
  const { uid, title, description, tags } = json;
  return {
    uid,
    title,
    description: typeof description === 'string' ? description : '',
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    json,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
