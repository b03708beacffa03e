// Grafana's dark or light theme.
import { createTheme, type GrafanaTheme2 } from '@grafana/data';
import { config } from '@grafana/runtime';

/** Makes every library use the theme, and hands it to those that ask for it. */
export function applyTheme(mode: 'dark' | 'light'): GrafanaTheme2 {
  const theme = createTheme({ colors: { mode } });
  config.theme2 = theme;
  return theme;
}
