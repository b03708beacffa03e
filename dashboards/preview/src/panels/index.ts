// Every kind of panel that is drawn.
import type { PanelPlugin } from '@grafana/data';
import { sceneUtils } from '@grafana/scenes';
import type { Drawer } from '../report';
import { barGauge } from './bargauge';
import { type Kind, pluginOf } from './define';
import { gauge } from './gauge';
import { pieChart } from './piechart';
import { stat } from './stat';
import { stateTimeline, statusHistory } from './state-timeline';
import { table } from './table';
import { text } from './text';
import { timeSeries } from './timeseries';

const kind = <Options extends object>(each: Kind<Options>) => ({ ...each, plugin: pluginOf(each) as PanelPlugin });

const KINDS = [
  kind(timeSeries),
  kind(stat),
  kind(gauge),
  kind(barGauge),
  kind(table),
  kind(text),
  kind(stateTimeline),
  kind(statusHistory),
  kind(pieChart),
];

/** Who draws a kind of panel. */
export function drawerOf(name: string): Drawer {
  return KINDS.find((each) => each.kind === name)?.drawnBy ?? 'nobody';
}

/** Makes the kinds known to Grafana's libraries. */
export function registerPanels(): void {
  for (const { kind: pluginId, plugin, skipsData } of KINDS) {
    sceneUtils.registerRuntimePanelPlugin({ pluginId, plugin });
    plugin.meta = { ...plugin.meta, skipDataQuery: skipsData ?? false };
  }
}
