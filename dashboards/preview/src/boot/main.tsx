// Puts everything in place and shows the page that the address names.
import { createRoot } from 'react-dom/client';
import { fetchSettings } from '../api';
import { App } from '../pages/App';
import { registerPanels } from '../panels';
import { PrometheusSource } from '../prometheus/source';
import { themeOf } from '../url';
import { fillRegistries } from './registries';
import { provideServices } from './services';
import { applyTheme } from './theme';

export async function main(): Promise<void> {
  const settings = await fetchSettings();
  const theme = applyTheme(themeOf(location.search));
  fillRegistries();
  provideServices(new PrometheusSource(settings.scrapeInterval));
  registerPanels();
  const root = document.getElementById('root');
  if (root === null) {
    throw new Error('the page has no element #root');
  }
  createRoot(root).render(<App theme={theme} />);
}
