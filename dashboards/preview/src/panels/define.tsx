// What every kind of panel has in common: how its options get their defaults, how it says that there is no data, and how
// it tells the report what it shows.
import {
  type FieldColorModeId,
  type FieldConfigPropertyItem,
  FieldConfigProperty,
  type PanelOptionsEditorItem,
  PanelPlugin,
  type PanelProps,
} from '@grafana/data';
import { type ComponentType, useEffect } from 'react';
import { NoEditor } from '../boot/registries';
import { type Drawer, report } from '../report';
import { NoValue } from './NoValue';
import { noValueOf, shownBy } from './shows';

export interface Kind<Options extends object = object> {
  /** As the JSON names it. */
  kind: string;
  drawnBy: Drawer;
  component: ComponentType<PanelProps<Options>>;
  /** How series are coloured unless the JSON says. */
  color?: FieldColorModeId;
  /** Path to value, for `options` and for `fieldConfig.defaults.custom`. */
  options?: Record<string, unknown>;
  custom?: Record<string, unknown>;
  /** The kind says itself, in its own way, that there is no data. */
  drawsNoValue?: boolean;
  /** The kind marks annotations. */
  marksAnnotations?: boolean;
  /** The kind shows something else than data. */
  skipsData?: boolean;
}

export const REDUCE = {
  'reduceOptions.values': false,
  'reduceOptions.calcs': ['lastNotNull'],
  'reduceOptions.fields': '',
};
export const LEGEND = {
  'legend.showLegend': true,
  'legend.displayMode': 'list',
  'legend.placement': 'bottom',
  'legend.calcs': [],
};
export const TOOLTIP = { 'tooltip.mode': 'single', 'tooltip.sort': 'none', 'tooltip.hideZeros': false };
export const HIDE_FROM = { hideFrom: { tooltip: false, viz: false, legend: false } };

/** The kind as a plugin for Grafana's libraries. */
export function pluginOf<Options extends object>(kind: Kind<Options>): PanelPlugin<Options> {
  const plugin = new PanelPlugin<Options>(reporting(kind));
  plugin.useFieldConfig({
    ...(kind.color && { standardOptions: { [FieldConfigProperty.Color]: { defaultValue: { mode: kind.color } } } }),
    useCustomConfig: (builder) => {
      for (const item of items(kind.custom)) {
        builder.addCustomEditor({ ...item, override: NoEditor, process, shouldApply: () => true });
      }
    },
  });
  plugin.setDataSupport({ annotations: kind.marksAnnotations ?? false, alertStates: false });
  plugin.setPanelOptions((builder) => {
    for (const item of items(kind.options)) {
      builder.addCustomEditor(item as unknown as PanelOptionsEditorItem & { path: never });
    }
  });
  return plugin;
}

const process: FieldConfigPropertyItem['process'] = (value) => value;

function items(defaults: Record<string, unknown> = {}) {
  return Object.entries(defaults).map(([path, defaultValue]) => {
    return { id: path, path, name: path, editor: NoEditor, defaultValue };
  });
}

/** The kind's component, with no-data and the report looked after. */
function reporting<Options extends object>(kind: Kind<Options>): ComponentType<PanelProps<Options>> {
  const Drawn = kind.component;
  return function Panel(props: PanelProps<Options>) {
    const shows = kind.skipsData ? 'data' : shownBy(props.data);
    const text = noValueOf(props.fieldConfig);
    useEffect(() => {
      const entry = report.panel(props.id);
      entry.shows = shows;
      entry.text = shows === 'no value' ? text : undefined;
      entry.errors = (props.data.errors ?? []).map((error) => error.message ?? 'unknown error');
    }, [props.id, props.data, shows, text]);
    if (shows === 'no value' && !kind.drawsNoValue) {
      return <NoValue text={text} />;
    }
    return <Drawn {...props} />;
  };
}
