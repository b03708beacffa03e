// Three registries that Grafana fills at its start: the options that every field has, the kinds of option editors
// (nothing is edited here, so they draw nothing), and the transformations.
import * as data from '@grafana/data';
import {
  type DataTransformerInfo,
  type FieldConfigPropertyItem,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  ThresholdsMode,
  type TransformerRegistryItem,
} from '@grafana/data';

export function fillRegistries(): void {
  standardFieldConfigEditorRegistry.setInit(fieldOptions);
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: NoEditor })));
  standardTransformersRegistry.setInit(transformations);
}

export const NoEditor = (): null => null;

const EDITORS = [
  'number',
  'slider',
  'text',
  'strings',
  'boolean',
  'select',
  'radio',
  'multi-select',
  'unit',
  'thresholds',
  'mappings',
  'links',
  'actions',
  'color',
  'fieldColor',
  'stats-picker',
  'timezone',
  'dashboard-uid',
  'field-name',
  'cell-link',
];

const DEFAULT_THRESHOLDS = {
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: -Infinity, color: 'green' },
    { value: 80, color: 'red' },
  ],
};

type Process = FieldConfigPropertyItem['process'];

/** Option of a field, how a value of it is read, and what it is unless said. */
const FIELD_OPTIONS: Array<[id: string, process: Process, standard?: unknown]> = [
  ['displayName', data.displayNameOverrideProcessor],
  ['unit', data.unitOverrideProcessor],
  ['min', data.numberOverrideProcessor],
  ['max', data.numberOverrideProcessor],
  ['fieldMinMax', data.booleanOverrideProcessor],
  ['decimals', data.numberOverrideProcessor],
  ['mappings', data.valueMappingsOverrideProcessor, []],
  ['noValue', data.stringOverrideProcessor],
  ['links', data.dataLinksOverrideProcessor, []],
  ['actions', data.identityOverrideProcessor],
  ['color', data.identityOverrideProcessor],
  ['thresholds', data.thresholdsOverrideProcessor, DEFAULT_THRESHOLDS],
  ['filterable', data.booleanOverrideProcessor],
];

function fieldOptions(): FieldConfigPropertyItem[] {
  return FIELD_OPTIONS.map(([id, process, defaultValue]) => ({
    id,
    path: id,
    name: id,
    description: '',
    editor: NoEditor,
    override: NoEditor,
    process,
    shouldApply: () => true,
    getItemsCount: () => 0,
    defaultValue,
  }));
}

function transformations(): TransformerRegistryItem[] {
  const found = Object.values(standardTransformers as unknown as Record<string, DataTransformerInfo>);
  const byId = new Map(found.filter((info) => info.id).map((info) => [info.id, info]));
  return [...byId.values()].map((info) => ({
    id: info.id,
    name: info.name,
    transformation: () => Promise.resolve(info),
    editor: NoEditor,
    imageDark: '',
    imageLight: '',
  }));
}
