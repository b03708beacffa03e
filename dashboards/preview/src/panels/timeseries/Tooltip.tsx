// What the pointer is on, in Grafana's own tooltip.
import { type DataFrame, type Field, FieldType, formattedValueToString } from '@grafana/data';
import type { SortOrder, TooltipDisplayMode } from '@grafana/schema';
import {
  getFieldDisplayItems,
  getFieldDisplayLinks,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
} from '@grafana/ui';

interface Props {
  frame: DataFrame;
  /** For each field the row that the pointer is on. */
  at: Array<number | null>;
  seriesIndex: number | null;
  isPinned: boolean;
  mode: TooltipDisplayMode;
  sort: SortOrder;
  hideZeros: boolean;
}

export function Tooltip({ frame, at, seriesIndex, isPinned, mode, sort, hideZeros }: Props) {
  const [time] = frame.fields;
  if (time === undefined) {
    return null;
  }
  const isShown = (field: Field) => field.type === FieldType.number && !field.config.custom?.hideFrom?.tooltip;
  const items = getFieldDisplayItems(frame.fields, time, at, seriesIndex, mode, sort, isShown, hideZeros);
  const moment = time.values[at[0] ?? 0];
  const field = frame.fields[seriesIndex ?? 0];
  const row = at[seriesIndex ?? 0];
  const links = isPinned && field !== undefined && row != null ? getFieldDisplayLinks(field, row) : [];
  return (
    <VizTooltipWrapper>
      <VizTooltipHeader
        item={{ label: '', value: time.display ? formattedValueToString(time.display(moment)) : moment }}
        isPinned={isPinned}
      />
      <VizTooltipContent items={items} isPinned={isPinned} />
      {links.length > 0 && <VizTooltipFooter dataLinks={links} />}
    </VizTooltipWrapper>
  );
}
