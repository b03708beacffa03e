// In place of a kind of panel that is not drawn here.
import type { PanelPlugin } from '@grafana/data';
import { sceneUtils } from '@grafana/scenes';
import { report } from '../report';
import { pluginOf } from './define';
import { NoValue } from './NoValue';

const made = new Map<string, PanelPlugin>();

export function undrawn(kind: string): PanelPlugin {
  const known = made.get(kind);
  if (known !== undefined) {
    return known;
  }
  const text = `panel kind ${kind} is not drawn by the preview`;
  report.undrawn.push(text);
  const plugin: PanelPlugin = pluginOf({
    kind,
    drawnBy: 'nobody',
    component: () => <NoValue text={text} />,
    skipsData: true,
  });
  sceneUtils.registerRuntimePanelPlugin({ pluginId: kind, plugin });
  made.set(kind, plugin);
  return plugin;
}
