// Which part of the page asks: its variables fill the query in, and its panel's entry in the report notes it.
import type { ScopedVars } from '@grafana/data';
import { getClosest, type SceneObject, sceneGraph, VizPanel } from '@grafana/scenes';
import { type QueryReport, Report, report } from '../report';
import { interpolated } from './interpolate';

/** A text with the variables filled in that the asking part of the page sees. */
export function fill(scopedVars: ScopedVars | undefined, text: string): string {
  const asking = askingPart(scopedVars);
  return asking === undefined ? text : sceneGraph.interpolate(asking, text, scopedVars, interpolated);
}

/** Where a query of that part of the page is noted: at its panel, or else among the annotations. */
export function noteFor(scopedVars: ScopedVars | undefined): (query: QueryReport) => void {
  const asking = askingPart(scopedVars);
  const panel = asking && getClosest(asking, (each) => (each instanceof VizPanel ? each : undefined));
  if (panel !== undefined) {
    const { queries } = report.panel(panel.getLegacyPanelId());
    return (query) => noteQuery(queries, query);
  }
  const name = String(scopedVars?.__annotation?.text ?? '');
  return (query) => noteQuery(report.annotations, { ...query, name, refId: name });
}

export const noteQuery = Report.note;

function askingPart(scopedVars: ScopedVars | undefined): SceneObject | undefined {
  const wrapped: { valueOf(): SceneObject } | undefined = scopedVars?.__sceneObject?.value;
  return wrapped?.valueOf();
}
