// What the server of this page answers.
import type { Dashboard } from './scene/model';

export interface Settings {
  scrapeInterval: string;
  prometheus: string;
}

export interface Summary {
  uid: string;
  title: string;
  description: string;
  tags: string[];
}

export interface Known {
  dashboards: Summary[];
  faults: string[];
}

/** No dashboard has this uid. */
export class UnknownDashboard extends Error {}

export async function fetchSettings(): Promise<Settings> {
  return read(await fetch('/api/settings'));
}

export async function fetchKnown(): Promise<Known> {
  return read(await fetch('/api/dashboards'));
}

export async function fetchDashboard(uid: string): Promise<Dashboard> {
  const response = await fetch(`/api/dashboards/${encodeURIComponent(uid)}`);
  if (response.status === 404) {
    throw new UnknownDashboard(uid);
  }
  return read(response);
}

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { message?: string };
  if (!response.ok) {
    throw new Error(body.message ?? `${response.url} answered ${response.status}`);
  }
  return body;
}
