// In place of a kind of panel that is not drawn here.
import type { PanelPlugin } from '@grafana/data';
import { report } from '../report';
import { pluginOf } from './define';
import { NoValue } from './NoValue';

export function undrawn(kind: string): PanelPlugin {
  const text = `panel kind ${kind} is not drawn by the preview`;
  report.undrawn.push(text);
  const plugin = pluginOf({ kind, drawnBy: 'nobody', component: () => <NoValue text={text} />, skipsData: true });
  plugin.meta = { ...plugin.meta, id: kind, name: kind };
  return plugin as PanelPlugin;
}
