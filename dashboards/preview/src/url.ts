// Grafana's addresses: /d/UID/any-name?var-product=shop&from=now-6h&to=now&theme=light

export type ThemeMode = 'dark' | 'light';

/** The theme that an address asks for; dark unless it says light. */
export function themeOf(search: string): ThemeMode {
  return new URLSearchParams(search).get('theme') === 'light' ? 'light' : 'dark';
}

/** The uid of the dashboard that an address names; undefined for the list of them. */
export function dashboardOf(pathname: string): string | undefined {
  const found = /^\/d\/([^/]+)/.exec(pathname)?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
}

export interface Kept {
  time: boolean;
  variables: boolean;
}

/** A link that carries on what the reader has chosen: the theme always, time and variables where asked. */
export function linkTo(target: string, search: string, keep: Kept): string {
  const [rest = '', hash = ''] = splitOnce(target, '#');
  const [path = '', query = ''] = splitOnce(rest, '?');
  const chosen = new URLSearchParams(query);
  const own = new Set(chosen.keys());
  for (const [name, value] of new URLSearchParams(search)) {
    if (!own.has(name) && isKept(name, keep)) {
      chosen.append(name, value);
    }
  }
  const text = chosen.toString();
  return path + (text && `?${text}`) + (hash && `#${hash}`);
}

/** The same address in the other theme. */
export function otherTheme(pathname: string, search: string): string {
  const chosen = new URLSearchParams(search);
  chosen.set('theme', themeOf(search) === 'light' ? 'dark' : 'light');
  return `${pathname}?${chosen}`;
}

function isKept(name: string, keep: Kept): boolean {
  if (name.startsWith('var-')) {
    return keep.variables;
  }
  return name === 'theme' || (keep.time && ['from', 'to', 'timezone'].includes(name));
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
