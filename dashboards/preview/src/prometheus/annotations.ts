// Marks on time series: moments or spans in which an expression was above zero.
import { type AnnotationEvent, type DataFrame, FieldType, type Labels } from '@grafana/data';

/** What a dashboard says of them, in the words of Grafana's Prometheus data source. */
export interface Marking {
  expr?: string;
  step?: string;
  titleFormat?: string;
  textFormat?: string;
  /** Labels, parted by commas, whose values become tags. */
  tagKeys?: string;
  /** The value is the moment, in milliseconds, rather than a truth. */
  useValueForTime?: boolean;
}

/** The events of all series; points that follow each other at the step are one span. */
export function eventsOf(frames: DataFrame[], marking: Marking): AnnotationEvent[] {
  return frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.type === FieldType.time);
    const value = frame.fields.find((field) => field.type === FieldType.number);
    if (time === undefined || value === undefined) {
      return [];
    }
    const step = time.config.interval ?? 0;
    return spans(moments(time.values, value.values, marking), step).map(({ from, to }) => ({
      ...words(value.labels ?? {}, marking),
      time: from,
      ...(to > from && { timeEnd: to, isRegion: true }),
    }));
  });
}

function moments(times: number[], values: number[], marking: Marking): number[] {
  const marked = times.flatMap((time, at) => ((values[at] ?? 0) > 0 ? [{ time, value: values[at] ?? 0 }] : []));
  if (!marking.useValueForTime) {
    return marked.map(({ time }) => time);
  }
  return [...new Set(marked.map(({ value }) => Math.floor(value)))].sort((one, other) => one - other);
}

function spans(times: number[], step: number): Array<{ from: number; to: number }> {
  const found: Array<{ from: number; to: number }> = [];
  for (const time of times) {
    const last = found.at(-1);
    if (last !== undefined && time - last.to <= step) {
      last.to = time;
    } else {
      found.push({ from: time, to: time });
    }
  }
  return found;
}

function words(labels: Labels, marking: Marking): AnnotationEvent {
  const fill = (format = '') => format.replace(/\{\{\s*([^}]+?)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
  const tagged = (marking.tagKeys ?? '').split(',').map((label) => label.trim());
  return {
    title: fill(marking.titleFormat),
    text: fill(marking.textFormat),
    tags: tagged.flatMap((label) => labels[label] ?? []),
  };
}
