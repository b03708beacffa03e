// What the page knows about itself, for machines: `window.__preview`. The visual tests read it, so that no eye is needed
// to see that a query failed or that a panel is empty.

export type Drawer = 'grafana' | 'look-alike' | 'nobody';
export type Shows = 'nothing yet' | 'data' | 'no value' | 'error';

export interface QueryReport {
  refId: string;
  /** After interpolation. */
  expr: string;
  /** In seconds; absent for an instant query. */
  step?: number;
  series: number;
  error?: string;
  warnings?: string[];
}

export interface PanelReport {
  id: number;
  title: string;
  kind: string;
  drawnBy: Drawer;
  shows: Shows;
  /** The text shown instead of data. */
  text?: string;
  /** How many annotations are marked. */
  marks?: number;
  queries: QueryReport[];
  errors: string[];
}

export interface VariableReport extends QueryReport {
  name: string;
}

export class Report {
  title = '';
  readonly panels: PanelReport[] = [];
  readonly variables: VariableReport[] = [];
  readonly annotations: VariableReport[] = [];
  /** Parts of the dashboard that are not drawn, each a sentence. */
  readonly undrawn: string[] = [];
  readonly errors: string[] = [];

  /** The entry of a panel; made when it is first asked for. */
  panel(id: number): PanelReport {
    let found = this.panels.find((each) => each.id === id);
    if (found === undefined) {
      found = { id, title: '', kind: '', drawnBy: 'nobody', shows: 'nothing yet', queries: [], errors: [] };
      this.panels.push(found);
    }
    return found;
  }

  /** Notes a query; the latest of a refId stands for the earlier ones. */
  static note<T extends QueryReport>(list: T[], query: T): void {
    const at = list.findIndex((each) => each.refId === query.refId);
    list.splice(at < 0 ? list.length : at, at < 0 ? 0 : 1, query);
  }

  /** Collects what goes wrong in the page. */
  watchConsole(): void {
    window.addEventListener('error', (event) => this.errors.push(event.message));
    window.addEventListener('unhandledrejection', (event) => this.errors.push(String(event.reason)));
    const error = console.error;
    console.error = (...words: unknown[]) => {
      this.errors.push(
        words
          .map((word) => (word instanceof Error ? word.stack : String(word)))
          .join(' ')
          .slice(0, 500),
      );
      error(...words);
    };
  }
}

declare global {
  interface Window {
    __preview?: Report;
  }
}

export const report = new Report();
if (typeof window !== 'undefined') {
  window.__preview = report;
}
