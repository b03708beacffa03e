// The annotation queries of a dashboard, each of which the reader can switch off.
import { dataLayers } from '@grafana/scenes';
import type { AnnotationQuery, Dashboard } from './model';
import { SOURCE } from './source';

export function annotationsOf(dashboard: Dashboard): dataLayers.AnnotationsDataLayer[] {
  const queries = (dashboard.annotations?.list ?? []).filter((query) => !isOfGrafanaItself(query));
  return queries.map((query) => {
    return new dataLayers.AnnotationsDataLayer({
      key: `annotation-${query.name}`,
      name: query.name,
      isEnabled: query.enable,
      isHidden: query.hide ?? false,
      query: { ...query, datasource: SOURCE },
    });
  });
}

/** Notes that people write in Grafana are in its own database. */
function isOfGrafanaItself(query: AnnotationQuery): boolean {
  return Boolean(query.builtIn) || query.datasource?.uid === '-- Grafana --';
}
