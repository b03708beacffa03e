// Whether the names that dashboards use are names that Grafana knows: units, reducers, matchers, transformations, colours.
// Types cannot tell, because to them these are any strings; the libraries hold the lists.
import { createRequire } from 'node:module';

globalThis.navigator ??= { language: 'en-US', languages: ['en-US'] };
const data = createRequire(import.meta.url)('@grafana/data');

const theme = data.createTheme();
const units = new Set(data.getValueFormats().flatMap((group) => group.submenu.map(({ value }) => value)));
const transformations = new Set(Object.values(data.standardTransformers).map(({ id }) => id));
const modes = new Set(Object.values(data.FieldColorModeId));
const isUnit = (name) => units.has(name) || /^(suffix|prefix):.+/.test(name);
// A colour that a theme does not know is left as it is.
const isColour = (name) => name === 'text' || theme.visualization.getColorByName(name) !== name;

/** What an object says of how a field is shown: its keys are those of the standard options. */
function* ofField(field) {
  if (field.unit !== undefined && !isUnit(field.unit)) yield `no unit is called ${field.unit}`;
  if (field.color && !modes.has(field.color.mode)) yield `no colour mode is called ${field.color.mode}`;
  const colours = [
    field.color?.fixedColor,
    ...(field.thresholds?.steps ?? []).map(({ color }) => color),
    ...(field.mappings ?? []).flatMap(({ options }) => [options.result ?? [], Object.values(options)].flat().map(({ color }) => color)),
  ];
  for (const colour of colours.filter((each) => each !== undefined)) {
    if (!isColour(colour)) yield `no colour is called ${colour}`;
  }
}

function* ofPanel(panel) {
  const { defaults, overrides } = panel.fieldConfig;
  yield* ofField(defaults);
  for (const { matcher, properties } of overrides) {
    if (!data.fieldMatchers.getIfExists(matcher.id)) yield `no matcher is called ${matcher.id}`;
    yield* ofField(Object.fromEntries(properties.map(({ id, value }) => [id, value])));
  }
  for (const { id } of panel.transformations ?? []) {
    if (!transformations.has(id)) yield `no transformation is called ${id}`;
  }
  for (const name of [...(panel.options.reduceOptions?.calcs ?? []), ...(panel.options.legend?.calcs ?? [])]) {
    if (!data.fieldReducers.getIfExists(name)) yield `no reducer is called ${name}`;
  }
}

/** What is wrong with dashboards, given by file name: one sentence for each fault. */
export function faults(dashboards) {
  return Object.entries(dashboards).flatMap(([file, { panels }]) =>
    panels
      .filter(({ type }) => type !== 'row')
      .flatMap((panel) => [...ofPanel(panel)].map((fault) => `${file}: ${panel.title}: ${fault}`)),
  );
}
