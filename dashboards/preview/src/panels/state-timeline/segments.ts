// Series as rows of segments: from when to when a value stood.
import {
  type DataFrame,
  type DisplayValue,
  type Field,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
} from '@grafana/data';

export interface Segment {
  from: number;
  to: number;
  text: string;
  color: string;
}

export interface Row {
  name: string;
  segments: Segment[];
}

/** A row for each series; equal neighbours become one segment if asked. */
export function rowsOf(frames: DataFrame[], merge: boolean): Row[] {
  return frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === FieldType.time);
    if (time === undefined) {
      return [];
    }
    return frame.fields
      .filter((field) => field !== time && !field.config.custom?.hideFrom?.viz)
      .map((field) => ({ name: getFieldDisplayName(field, frame, frames), segments: segmentsOf(time, field, merge) }));
  });
}

/** What each colour means: one entry for each text. */
export function meanings(rows: Row[]): Array<{ text: string; color: string }> {
  const colours = new Map(rows.flatMap((row) => row.segments.map(({ text, color }) => [text, color])));
  return [...colours].map(([text, color]) => ({ text, color }));
}

function segmentsOf(time: Field, field: Field, merge: boolean): Segment[] {
  const found: Segment[] = [];
  const step = time.config.interval ?? 0;
  time.values.forEach((from: number, index) => {
    const value: unknown = field.values[index];
    if (value === null || value === undefined) {
      return;
    }
    const display: DisplayValue = field.display?.(value) ?? { text: String(value), numeric: Number(value) };
    const segment = {
      from,
      to: endOf(time, index, step),
      text: formattedValueToString(display),
      color: display.color ?? 'grey',
    };
    const last = found.at(-1);
    if (merge && last?.to === from && last.text === segment.text && last.color === segment.color) {
      last.to = segment.to;
    } else {
      found.push(segment);
    }
  });
  return found;
}

/** A value stands until the next point, but where points are missing only for one step. */
function endOf(time: Field, index: number, step: number): number {
  const from: number = time.values[index];
  const next: number | undefined = time.values[index + 1];
  if (next === undefined) {
    return from + step;
  }
  return step > 0 ? Math.min(next, from + step) : next;
}
