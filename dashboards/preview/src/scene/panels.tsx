// A panel of the JSON as part of the scene.
import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';
import {
  type SceneDataQuery,
  SceneDataTransformer,
  sceneGraph,
  SceneGridItem,
  SceneGridRow,
  SceneQueryRunner,
  VizPanel,
} from '@grafana/scenes';
import { PanelLinks } from '../pages/PanelLinks';
import { drawerOf } from '../panels';
import { report } from '../report';
import { SOURCE } from './source';
import { type Row, undrawnParts } from './layout';
import type { Panel } from './model';

export function rowOf({ row, panels }: Row): SceneGridRow {
  return new SceneGridRow({
    key: `row-${row.id}`,
    title: row.title ?? '',
    isCollapsible: true,
    isCollapsed: row.collapsed,
    x: 0,
    y: row.gridPos?.y ?? 0,
    children: panels.map(itemOf),
  });
}

export function itemOf(panel: Panel): SceneGridItem {
  const { x = 0, y = 0, w: width = 12, h: height = 8 } = panel.gridPos ?? {};
  return new SceneGridItem({ x, y, width, height, isDraggable: false, isResizable: false, body: vizPanel(panel) });
}

function vizPanel(panel: Panel): VizPanel {
  const id = panel.id ?? 0;
  const title = panel.title ?? '';
  Object.assign(report.panel(id), { title, kind: panel.type, drawnBy: drawerOf(panel.type) });
  report.undrawn.push(...undrawnParts(panel));
  const data = dataOf(panel);
  const drawn = new VizPanel({
    key: `panel-${id}`,
    title,
    ...(panel.description && { description: panel.description }),
    pluginId: panel.type,
    ...(panel.pluginVersion && { pluginVersion: panel.pluginVersion }),
    options: panel.options ?? {},
    fieldConfig: fieldConfigOf(panel),
    displayMode: panel.transparent ? 'transparent' : 'default',
    hoverHeader: title === '',
    ...(data && { $data: data }),
  });
  if (panel.links?.length) {
    const fill = (text: string) => sceneGraph.interpolate(drawn, text);
    drawn.setState({ titleItems: <PanelLinks links={panel.links} fill={fill} /> });
  }
  return drawn;
}

/** The schema and the library name the same enumerations apart. */
function fieldConfigOf({ fieldConfig }: Panel): FieldConfigSource {
  return { defaults: fieldConfig?.defaults ?? {}, overrides: fieldConfig?.overrides ?? [] } as FieldConfigSource;
}

function dataOf(panel: Panel): SceneDataTransformer | undefined {
  if (!panel.targets?.length) {
    return undefined;
  }
  const runner = new SceneQueryRunner({
    datasource: SOURCE,
    queries: panel.targets.map((target) => ({ ...target, datasource: SOURCE }) as SceneDataQuery),
    ...(panel.interval && { minInterval: panel.interval }),
    ...(panel.maxDataPoints ? { maxDataPoints: panel.maxDataPoints } : { maxDataPointsFromWidth: true }),
  });
  return new SceneDataTransformer({
    $data: runner,
    transformations: (panel.transformations ?? []) as DataTransformerConfig[],
  });
}
