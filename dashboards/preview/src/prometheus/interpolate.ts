// How a variable's value is written into PromQL: inside quotes, and as a regular expression where it may be several.

export interface VariableTraits {
  multi?: boolean;
  includeAll?: boolean;
}

/** The value of a variable as it stands between the quotes of a selector. */
export function interpolated(value: unknown, variable: VariableTraits = {}): string {
  if (!variable.multi && !variable.includeAll) {
    return quoted(String(value));
  }
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const patterns = values.map((each) => quoted(literally(String(each))));
  return patterns.length === 1 ? (patterns[0] ?? '') : `(${patterns.join('|')})`;
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}

function literally(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}]/g, '\\$&');
}
