// A dashboard's JSON as a scene of Grafana's library.
import {
  behaviors,
  EmbeddedScene,
  SceneControlsSpacer,
  SceneDataLayerSet,
  SceneGridLayout,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  VariableValueSelectors,
} from '@grafana/scenes';
import { report } from '../report';
import { switchesFor } from './AnnotationSwitches';
import { annotationsOf } from './annotations';
import { entriesOf, isRow } from './layout';
import type { Dashboard } from './model';
import { itemOf, rowOf } from './panels';
import { variablesOf } from './variables';

export function sceneOf(dashboard: Dashboard): EmbeddedScene {
  report.title = dashboard.title ?? '';
  const annotations = annotationsOf(dashboard);
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: dashboard.time?.from ?? 'now-6h',
      to: dashboard.time?.to ?? 'now',
      timeZone: dashboard.timezone || 'browser',
    }),
    $variables: variablesOf(dashboard),
    $data: new SceneDataLayerSet({ layers: annotations }),
    $behaviors: [new behaviors.CursorSync({ key: 'cursor', sync: dashboard.graphTooltip ?? 0 })],
    controls: [
      new VariableValueSelectors({}),
      switchesFor(annotations),
      new SceneControlsSpacer(),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneRefreshPicker({ isOnCanvas: true, refresh: dashboard.refresh || '' }),
    ],
    body: new SceneGridLayout({
      isLazy: false,
      children: entriesOf(dashboard).map((entry) => (isRow(entry) ? rowOf(entry) : itemOf(entry))),
    }),
  });
}
