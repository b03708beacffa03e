// Table: Grafana's TableNG.
import { cacheFieldDisplayNames, FieldColorModeId, getFrameDisplayName, type PanelProps } from '@grafana/data';
import type { TableCellHeight, TableSortByFieldState } from '@grafana/schema';
import { Combobox } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { useState } from 'react';
import type { Kind } from '../define';

interface TableOptions {
  frameIndex: number;
  showHeader: boolean;
  showTypeIcons: boolean;
  cellHeight: TableCellHeight;
  sortBy: TableSortByFieldState[];
  enablePagination?: boolean;
  frozenColumns?: { left?: number };
}

const PICKER_HEIGHT = 40;

/** A table shows one frame; where there are several, one picks below it. */
function Tables(props: PanelProps<TableOptions>) {
  const { series } = props.data;
  const [index, setIndex] = useState(props.options.frameIndex);
  if (series.length < 2) {
    return <Table {...props} index={0} />;
  }
  const choices = series.map((frame, value) => ({ value, label: getFrameDisplayName(frame, value) }));
  return (
    <>
      <Table {...props} index={Math.min(index, series.length - 1)} height={props.height - PICKER_HEIGHT} />
      <Combobox options={choices} value={index} onChange={({ value }) => setIndex(value)} />
    </>
  );
}

function Table({
  options,
  data,
  width,
  height,
  timeRange,
  fieldConfig,
  index,
}: PanelProps<TableOptions> & { index: number }) {
  cacheFieldDisplayNames(data.series);
  const frame = data.series[index];
  return frame === undefined ? null : (
    <TableNG
      data={frame}
      width={width}
      height={height}
      noHeader={!options.showHeader}
      showTypeIcons={options.showTypeIcons}
      cellHeight={options.cellHeight}
      sortBy={options.sortBy}
      enablePagination={options.enablePagination}
      frozenColumns={options.frozenColumns?.left}
      resizable
      enableVirtualization
      timeRange={timeRange}
      fieldConfig={fieldConfig}
      noValue={fieldConfig.defaults.noValue}
      structureRev={data.structureRev}
    />
  );
}

export const table: Kind<TableOptions> = {
  kind: 'table',
  drawnBy: 'grafana',
  component: Tables,
  color: FieldColorModeId.Thresholds,
  options: { frameIndex: 0, showHeader: true, showTypeIcons: false, cellHeight: 'sm', sortBy: [] },
  custom: {
    align: 'auto',
    cellOptions: { type: 'auto' },
    inspect: false,
    filterable: undefined,
    hidden: undefined,
    'hideFrom.viz': undefined,
    width: undefined,
    minWidth: undefined,
    wrapText: undefined,
    wrapHeaderText: undefined,
    tooltip: undefined,
    'footer.reducers': undefined,
  },
};
