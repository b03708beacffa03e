// The order and nesting of a dashboard's panels, and what of its JSON is left out.
import type { Dashboard, Panel, RowPanel } from './model';

export interface Row {
  row: RowPanel;
  panels: Panel[];
}

export type Entry = Row | Panel;

/** Rows with their panels, and the panels above the first row, from top to bottom. */
export function entriesOf(dashboard: Dashboard): Entry[] {
  const entries: Entry[] = [];
  let open: Row | undefined;
  for (const each of [...(dashboard.panels ?? [])].sort(inReadingOrder)) {
    if (isRowPanel(each)) {
      const row: Row = { row: each, panels: [...each.panels] };
      entries.push(row);
      open = each.collapsed ? undefined : row;
    } else if (open === undefined) {
      entries.push(each);
    } else {
      open.panels.push(each);
    }
  }
  return entries;
}

export function isRow(entry: Entry): entry is Row {
  return 'row' in entry;
}

/** Sentences about what a panel asks for and does not get. */
export function undrawnParts(panel: Panel): string[] {
  const asked = {
    repeat: panel.repeat,
    timeFrom: panel.timeFrom,
    timeShift: panel.timeShift,
    libraryPanel: panel.libraryPanel,
  };
  return Object.entries(asked)
    .filter(([, value]) => value)
    .map(([name]) => `${name} of panel "${panel.title ?? panel.id}" is not drawn by the preview`);
}

/** How many rows of the grid a dashboard takes, with every row opened. */
export function gridHeight(dashboard: Dashboard): number {
  const all = entriesOf(dashboard).flatMap((entry) => (isRow(entry) ? [entry.row, ...entry.panels] : [entry]));
  return Math.max(0, ...all.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
}

function isRowPanel(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row';
}

function inReadingOrder(one: Panel | RowPanel, other: Panel | RowPanel): number {
  const [first, second] = [one.gridPos, other.gridPos];
  return (first?.y ?? 0) - (second?.y ?? 0) || (first?.x ?? 0) - (second?.x ?? 0);
}
