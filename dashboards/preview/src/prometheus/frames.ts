// Answers of Prometheus as Grafana's data frames: one frame per series, or one table per query.
import { type DataFrame, DataFrameType, type Field, FieldType } from '@grafana/data';
import type { Sample } from './client';
import { legendOf } from './legend';

export interface Asked {
  refId: string;
  /** After interpolation. */
  expr: string;
  legendFormat?: string | undefined;
  /** Seconds between the points of a range query; undefined for an instant one. */
  step?: number | undefined;
}

/** One frame per series. */
export function seriesFrames(samples: Sample[], asked: Asked): DataFrame[] {
  return samples.map((sample) => {
    const points = pointsOf(sample);
    const name = legendOf(asked.legendFormat, sample.metric, asked.expr);
    const { __name__: _, ...labels } = sample.metric;
    return {
      refId: asked.refId,
      ...(name && { name }),
      length: points.length,
      meta: { type: asked.step ? DataFrameType.TimeSeriesMulti : DataFrameType.NumericMulti },
      fields: [
        timeField(points, asked.step),
        {
          name: 'Value',
          type: FieldType.number,
          values: points.map(([, value]) => Number(value)),
          labels,
          config: name ? { displayNameFromDS: name } : {},
        },
      ],
    };
  });
}

/** One table with a column for each label; `valueName` is the column of the values. */
export function tableFrame(samples: Sample[], asked: Asked, valueName: string): DataFrame {
  const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.metric)))].sort();
  const rows = samples.flatMap((sample) => pointsOf(sample).map((point) => ({ point, metric: sample.metric })));
  const points = rows.map((row) => row.point);
  return {
    refId: asked.refId,
    length: rows.length,
    meta: { preferredVisualisationType: 'table' },
    fields: [
      timeField(points, undefined),
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: rows.map((row) => row.metric[label] ?? ''),
        config: { filterable: true },
      })),
      { name: valueName, type: FieldType.number, values: points.map(([, value]) => Number(value)), config: {} },
    ],
  };
}

function pointsOf(sample: Sample): Array<[number, string]> {
  return sample.values ?? (sample.value ? [sample.value] : []);
}

/** The interval lets Grafana see where points are missing. */
function timeField(points: Array<[number, string]>, step: number | undefined): Field {
  const values = points.map(([time]) => Math.round(time * 1000));
  return { name: 'Time', type: FieldType.time, values, config: step ? { interval: step * 1000 } : {} };
}
