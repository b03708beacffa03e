// Whether a panel has something to show.
import { type FieldConfigSource, LoadingState, type PanelData } from '@grafana/data';
import type { Shows } from '../report';

/** What a panel with this data shows. */
export function shownBy(data: Pick<PanelData, 'state' | 'series'>): Shows {
  if (data.state === LoadingState.Error) {
    return 'error';
  }
  if (data.series.some((frame) => frame.length > 0 && frame.fields.length > 0)) {
    return 'data';
  }
  return data.state === LoadingState.Done ? 'no value' : 'nothing yet';
}

/** The text that stands for no data. */
export function noValueOf(config: FieldConfigSource): string {
  return config.defaults.noValue ?? 'No data';
}
