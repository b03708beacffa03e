// The name of a series.

/** The name by the target's legend; empty where Grafana is to find one from the labels that differ. */
export function legendOf(format: string | undefined, metric: Record<string, string>, expr: string): string {
  const bare = Object.keys(metric).length === 0;
  if (format === '__auto') {
    return bare ? expr : '';
  }
  if (format) {
    return format.replace(/\{\{\s*([^}]+?)\s*\}\}/g, (_, label: string) => metric[label] ?? '');
  }
  return bare ? expr : selector(metric);
}

function selector({ __name__: name = '', ...labels }: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length > 0 ? `${name}{${pairs.join(', ')}}` : name;
}
