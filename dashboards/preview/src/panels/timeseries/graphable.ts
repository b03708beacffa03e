// Frames as a graph can draw them: only those with a time, truths as 1 and 0, gaps where points are missing, each series
// with its place in the palette.
import {
  applyNullInsertThreshold,
  type DataFrame,
  type Field,
  FieldType,
  getDisplayProcessor,
  type GrafanaTheme2,
  type TimeRange,
} from '@grafana/data';

export function graphable(frames: DataFrame[], theme: GrafanaTheme2, range: TimeRange): DataFrame[] {
  let seriesIndex = 0;
  const drawn = (field: Field): Field => {
    const values = field.type === FieldType.boolean ? field.values.map(asNumber) : field.values;
    const own: Field = {
      ...field,
      type: FieldType.number,
      values,
      config: { ...field.config, custom: { ...field.config.custom } },
      state: { ...field.state, seriesIndex },
    };
    seriesIndex += 1;
    return { ...own, display: getDisplayProcessor({ field: own, theme }) };
  };
  return frames
    .filter((frame) => frame.fields.some(isTime) && frame.fields.some(isDrawn))
    .map((frame) =>
      applyNullInsertThreshold({
        frame,
        refFieldPseudoMin: range.from.valueOf(),
        refFieldPseudoMax: range.to.valueOf(),
      }),
    )
    .map((frame) => ({
      ...frame,
      fields: frame.fields
        .filter((field) => isTime(field) || isDrawn(field))
        .map((field) => (isDrawn(field) ? drawn(field) : field)),
    }));
}

const isTime = (field: Field): boolean => field.type === FieldType.time;
const isDrawn = (field: Field): boolean => field.type === FieldType.number || field.type === FieldType.boolean;

function asNumber(value: boolean | null | undefined): number | null {
  return value == null ? null : Number(value);
}
