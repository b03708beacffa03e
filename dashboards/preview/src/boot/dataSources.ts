// In place of a package that looks for the data sources of a running Grafana: there is one, and it is always that.
import type { DataSourceApi, DataSourceInstanceSettings, DataSourceRef, ScopedVars } from '@grafana/data';
import { getDataSourceSrv, type GetDataSourceListFilters } from '@grafana/runtime';

type Ref = DataSourceRef | string | null;

export async function getDataSourceInstance(ref?: Ref, vars?: ScopedVars): Promise<DataSourceApi> {
  return getDataSourceSrv().get(ref, vars);
}

export async function getDataSourceInstanceList(
  filters?: GetDataSourceListFilters,
): Promise<DataSourceInstanceSettings[]> {
  return getDataSourceSrv().getList(filters);
}

export async function getDefaultDataSourceInstanceListItem(): Promise<DataSourceInstanceSettings | undefined> {
  return getDataSourceSrv().getInstanceSettings(null);
}
