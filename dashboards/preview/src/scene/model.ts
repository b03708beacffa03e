// The parts of a dashboard's JSON, as Grafana's own schema types them.
export type { AnnotationQuery, Dashboard, DashboardLink, Panel, RowPanel, VariableModel } from '@grafana/schema';
