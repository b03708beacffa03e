// Whether dashboards have the shape that Grafana's own types give them: unknown keys, wrong kinds of values, values that
// are not in a list. A dashboard is written as TypeScript, with the types of @grafana/schema beside its parts, and the
// compiler says what does not fit.
import path from 'node:path';
import ts from 'typescript';

const FOLDER = path.join(import.meta.dirname, '..');
const COMPOSABLE = '@grafana/schema/dist/esm/raw/composable';

// Panel kind to the module of its options; those with a type of their own for what is custom in a field.
const PANELS = {
  bargauge: ['bargauge/panelcfg/x/BarGaugePanelCfg', null],
  stat: ['stat/panelcfg/x/StatPanelCfg', null],
  'state-timeline': ['statetimeline/panelcfg/x/StateTimelinePanelCfg', 'Kind.FieldConfig'],
  table: ['table/panelcfg/x/TablePanelCfg', 'TableFieldOptions'],
  timeseries: ['timeseries/panelcfg/x/TimeSeriesPanelCfg', 'Kind.FieldConfig'],
};

// JSON says "bottom" where a type says LegendPlacement.bottom, and leaves out what has a default.
const PREAMBLE = `
import type { AnnotationQuery, Dashboard, FieldConfig, Panel, RowPanel, TableFieldOptions } from '@grafana/schema';
type Plain<T> = T extends string ? T | \`\${T}\` : T extends number | boolean | null | undefined ? T
  : unknown extends T ? any : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Some<T> = T extends (infer U)[] ? Some<U>[] : T extends object ? { [K in keyof T]?: Some<T[K]> } : T;
type Json<T> = Some<Plain<T>>;
type Query = {
  refId: string; datasource: { type: 'prometheus'; uid: string }; expr: string; legendFormat?: string;
  format?: 'table' | 'time_series' | 'heatmap'; instant?: boolean; range?: boolean; exemplar?: boolean; interval?: string;
};
// What Prometheus adds to annotations is no part of the schema.
type Marks = Omit<AnnotationQuery, 'target'> & {
  target: { refId: string; expr: string; interval?: string };
  titleFormat?: string; textFormat?: string; tagKeys?: string; useValueForTime?: boolean;
};
`;

const without = (object, ...keys) => Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** The parts of a dashboard, each with the name of its type. */
function* parts(dashboard) {
  yield { where: 'dashboard', type: "Json<Omit<Dashboard, 'panels' | 'annotations'>>", value: without(dashboard, 'panels', 'annotations') };
  for (const marks of dashboard.annotations.list) {
    yield { where: marks.name, type: 'Json<Marks>', value: marks };
  }
  for (const panel of dashboard.panels) {
    yield* panel.type === 'row' ? [{ where: panel.title, type: 'Json<RowPanel>', value: panel }] : panelParts(panel);
  }
}

function* panelParts(panel) {
  const where = panel.title;
  const { defaults } = panel.fieldConfig;
  yield { where, type: "Json<Omit<Panel, 'options' | 'fieldConfig' | 'targets'>>", value: without(panel, 'options', 'fieldConfig', 'targets') };
  yield { where, type: "Json<Omit<FieldConfig, 'custom'>>", value: without(defaults, 'custom') };
  for (const target of panel.targets) {
    yield { where, type: 'Query', value: target };
  }
  if (!(panel.type in PANELS)) {
    throw new Error(`${where}: no types are known for panels of type ${panel.type}`);
  }
  const [module, custom] = PANELS[panel.type];
  const kind = `import('${COMPOSABLE}/${module}_types.gen')`;
  yield { where, type: `Json<${kind}.Options>`, value: panel.options };
  if (defaults.custom) {
    yield { where, type: custom ? `Json<${custom.replace('Kind', kind)}>` : 'never', value: defaults.custom };
  }
  for (const { matcher, properties } of panel.fieldConfig.overrides) {
    const field = matcher.options ?? matcher.id;
    for (const { id, value } of properties) {
      yield { where: `${where}, ${field}, ${id}`, type: override(id, custom, kind), value };
    }
  }
}

/** The type of what an override sets: a part of the standard options of a field, or of the panel's own. */
function override(id, custom, kind) {
  const keys = id.split('.');
  const type = keys[0] === 'custom' ? (custom ? custom.replace('Kind', kind) : 'never') : 'FieldConfig';
  return `Json<${type}>[${JSON.stringify(keys.at(-1))}]`;
}

/** What is wrong with dashboards, given by file name: one sentence for each fault. */
export function faults(dashboards) {
  const listed = Object.entries(dashboards).flatMap(([file, dashboard]) => [...parts(dashboard)].map((part) => ({ file, ...part })));
  let line = PREAMBLE.split('\n').length - 1;
  const texts = listed.map((part, index) => {
    const text = `export const part${index}: ${part.type} = ${JSON.stringify(part.value, null, 1)};\n`;
    part.from = line;
    line += text.split('\n').length - 1;
    return text;
  });
  return compile(PREAMBLE + texts.join('')).map(({ at, message }) => {
    const part = listed.findLast(({ from }) => from <= at);
    return `${part?.file}: ${part?.where}: ${message}`;
  });
}

function compile(text) {
  const name = path.join(FOLDER, 'dashboards-as-types.ts');
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.readFile = (file) => (file === name ? text : readFile(file));
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, text, options.target) : getSourceFile.call(host, file, ...rest);
  const program = ts.createProgram([name], options, host);
  const source = program.getSourceFile(name);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((found) => ({
    at: source.getLineAndCharacterOfPosition(found.start).line,
    message: ts.flattenDiagnosticMessageText(found.messageText, ' ').slice(0, 300),
  }));
}
