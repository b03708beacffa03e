// The services that Grafana's libraries ask their host for. One data source stands for whatever a dashboard names.
import {
  type DataSourceInstanceSettings,
  EventBusSrv,
  type GrafanaConfig,
  locationUtil,
  type TypedVariableModel,
} from '@grafana/data';
import {
  type BackendSrv,
  config,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime';
import { sceneUtils } from '@grafana/scenes';
import { undrawn } from '../panels/undrawn';
import { runRequest } from '../prometheus/run';
import type { PrometheusSource } from '../prometheus/source';

export function provideServices(source: PrometheusSource): void {
  sceneUtils.registerRuntimeDataSource({ dataSource: source });
  setRunRequest(runRequest);
  setAppEvents(new EventBusSrv());
  setEchoSrv({ addEvent: nothing, addBackend: nothing, flush: nothing, onInteraction: () => nothing });
  setPluginImportUtils({ importPanelPlugin: async (kind) => undrawn(kind), getPanelPluginFromCache: () => undefined });
  setBackendSrv(noBackend());
  setTemplateSrv({
    getVariables: (): TypedVariableModel[] => [],
    replace: (text = '') => text,
    containsTemplate: () => false,
    updateTimeRange: nothing,
  });
  const settings: DataSourceInstanceSettings = source.instanceSettings;
  setDataSourceSrv({
    get: async () => source,
    getList: () => [settings],
    getInstanceSettings: () => settings,
    reload: async () => undefined,
    registerRuntimeDataSource: nothing,
  });
  locationUtil.initialize({
    config: config as Partial<GrafanaConfig> as GrafanaConfig, // three settings of alerting are missing, which nothing here asks for
    getVariablesUrlParams: () => ({}),
    getTimeRangeForUrl: () => ({ from: '', to: '' }),
  });
}

function nothing(): void {
  // nobody listens
}

/** There is no Grafana server: whoever asks it for something is told so. */
function noBackend(): BackendSrv {
  return new Proxy({} as BackendSrv, {
    get: (_, name) => () => Promise.reject(new Error(`there is no Grafana server to ask (${String(name)})`)),
  });
}
