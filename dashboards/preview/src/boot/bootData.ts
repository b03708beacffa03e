// What a Grafana server would have written into the page. Grafana's libraries read it while they are imported.
import { themeOf } from '../url';

declare global {
  interface Window {
    __grafana_public_path__?: string;
    grafanaBootData?: object;
  }
}

window.__grafana_public_path__ = '/';
window.grafanaBootData = {
  user: {
    theme: themeOf(location.search),
    timezone: 'browser',
    locale: 'en-US',
    language: 'en-US',
    regionalFormat: 'en-US',
    isSignedIn: true,
    orgId: 1,
    permissions: {},
  },
  navTree: [],
  assets: { light: '', dark: '' },
  settings: {
    featureToggles: {},
    buildInfo: { version: '13.2.2', commit: '', env: 'production', edition: 'Open Source' },
    panels: {},
    apps: {},
    datasources: {},
    defaultDatasource: 'prometheus',
    appSubUrl: '',
    appUrl: '/',
    licenseInfo: {},
    unifiedAlertingEnabled: true,
    timePickerConfig: {},
  },
};
