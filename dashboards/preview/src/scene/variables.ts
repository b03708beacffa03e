// The variables of a dashboard.
import {
  ConstantVariable,
  CustomVariable,
  DataSourceVariable,
  IntervalVariable,
  QueryVariable,
  type SceneDataQuery,
  type SceneVariable,
  SceneVariableSet,
  TextBoxVariable,
} from '@grafana/scenes';
import { report } from '../report';
import type { Dashboard, VariableModel } from './model';
import { SOURCE } from './source';

export function variablesOf(dashboard: Dashboard): SceneVariableSet {
  const found = (dashboard.templating?.list ?? []).map(variableOf);
  return new SceneVariableSet({ variables: found.filter((variable) => variable !== undefined) });
}

function variableOf(model: VariableModel): SceneVariable | undefined {
  const make = MAKERS[model.type];
  if (make === undefined) {
    report.undrawn.push(`variable ${model.name} of type ${model.type} is not drawn by the preview`);
  }
  return make?.(model);
}

const MAKERS: Partial<Record<VariableModel['type'], (model: VariableModel) => SceneVariable>> = {
  query: (model) =>
    new QueryVariable({
      ...named(model),
      ...choice(model),
      datasource: SOURCE,
      query: queryOf(model),
      regex: model.regex ?? '',
      ...(model.sort !== undefined && { sort: model.sort }),
      ...(model.refresh !== undefined && { refresh: model.refresh }),
    }),
  custom: (model) => new CustomVariable({ ...named(model), ...choice(model), query: textOf(model) }),
  datasource: (model) => new DataSourceVariable({ ...named(model), pluginId: textOf(model), regex: model.regex ?? '' }),
  constant: (model) => new ConstantVariable({ ...named(model), value: textOf(model) }),
  textbox: (model) => new TextBoxVariable({ ...named(model), value: String(model.current?.value ?? textOf(model)) }),
  interval: (model) =>
    new IntervalVariable({
      ...named(model),
      intervals: textOf(model).split(','),
      value: String(model.current?.value ?? ''),
    }),
};

function named({ name, label, hide, description }: VariableModel) {
  return { name, ...(label && { label }), ...(hide !== undefined && { hide }), ...(description && { description }) };
}

function choice({ multi = false, includeAll = false, allValue, current }: VariableModel) {
  return {
    isMulti: multi,
    includeAll,
    ...(allValue && { allValue }),
    ...(current?.value !== undefined && { value: current.value, text: current.text ?? current.value }),
  };
}

function queryOf({ query }: VariableModel): string | SceneDataQuery {
  return typeof query === 'object' ? ({ refId: 'variable', ...query } as SceneDataQuery) : (query ?? '');
}

function textOf({ query }: VariableModel): string {
  return typeof query === 'string' ? query : '';
}
