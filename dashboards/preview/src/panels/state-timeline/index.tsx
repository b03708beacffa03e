// State timeline and status history: look-alikes, because Grafana does not publish its own. Values, colours and legend
// are by Grafana's libraries.
import { dateTimeFormat, FieldColorModeId, type PanelProps } from '@grafana/data';
import { LegendDisplayMode, type VizLegendOptions } from '@grafana/schema';
import { useTheme2, VizLayout, VizLegend } from '@grafana/ui';
import { HIDE_FROM, type Kind, LEGEND, TOOLTIP } from '../define';
import { meanings, type Row, rowsOf, type Segment } from './segments';

interface StateOptions {
  mergeValues: boolean;
  showValue: 'auto' | 'always' | 'never';
  rowHeight: number;
  legend: VizLegendOptions;
}

const AXIS_HEIGHT = 20;
const CHARACTER_WIDTH = 8;
const WIDEST_NAME = 0.45;
const TICKS = [0, 0.25, 0.5, 0.75];

function States(props: PanelProps<StateOptions>) {
  const { data, options, width, height } = props;
  const rows = rowsOf(data.series, options.mergeValues);
  const legend = options.legend.showLegend && (
    <VizLayout.Legend placement={options.legend.placement}>
      <VizLegend
        placement={options.legend.placement}
        displayMode={LegendDisplayMode.List}
        items={meanings(rows).map(({ text, color }) => ({ label: text, color, yAxis: 1 }))}
      />
    </VizLayout.Legend>
  );
  return (
    <VizLayout width={width} height={height} legend={legend || null}>
      {(innerWidth: number, innerHeight: number) => (
        <Drawing {...props} rows={rows} width={innerWidth} height={innerHeight} />
      )}
    </VizLayout>
  );
}

function Drawing({ rows, width, height, timeRange, timeZone, options }: PanelProps<StateOptions> & { rows: Row[] }) {
  const theme = useTheme2();
  const longest = Math.max(...rows.map((row) => row.name.length));
  const left = Math.min(longest * CHARACTER_WIDTH + 12, width * WIDEST_NAME);
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const at = (time: number) => left + Math.min(Math.max((time - from) / (to - from), 0), 1) * (width - left);
  const lane = (height - AXIS_HEIGHT) / rows.length;
  const format = to - from > 86_400_000 ? 'MM/DD HH:mm' : 'HH:mm';
  return (
    <svg width={width} height={height} fontSize={12} fill={theme.colors.text.primary}>
      {rows.map((row, index) => (
        <g key={row.name} transform={`translate(0 ${index * lane})`}>
          <text x={left - 8} y={lane / 2} textAnchor="end" dominantBaseline="central">
            <title>{row.name}</title>
            {shortened(row.name, Math.floor((left - 12) / CHARACTER_WIDTH))}
          </text>
          {row.segments.map((segment) => (
            <Box key={segment.from} segment={segment} {...{ at, lane, options }} />
          ))}
        </g>
      ))}
      {TICKS.map((share) => (
        <text key={share} x={left + share * (width - left)} y={height - 5} fill={theme.colors.text.secondary}>
          {dateTimeFormat(from + share * (to - from), { timeZone, format })}
        </text>
      ))}
    </svg>
  );
}

/** A name that fits: what it is called stands at its end (the address of a page, the machine of a worker). */
function shortened(name: string, characters: number): string {
  return name.length <= characters ? name : `…${name.slice(name.length - characters + 1)}`;
}

interface BoxProps {
  segment: Segment;
  at: (time: number) => number;
  lane: number;
  options: StateOptions;
}

function Box({ segment: { from, to, text, color }, at, lane, options }: BoxProps) {
  const theme = useTheme2();
  const [x, width] = [at(from), at(to) - at(from)];
  const fits = text.length * CHARACTER_WIDTH + 8 < width;
  const height = lane * options.rowHeight;
  if (width <= 0) {
    return null;
  }
  return (
    <g>
      <rect x={x} y={(lane - height) / 2} width={Math.max(width, 1)} height={height} fill={color} fillOpacity={0.7}>
        <title>{`${text}\n${dateTimeFormat(from)} to ${dateTimeFormat(to)}`}</title>
      </rect>
      {(options.showValue === 'always' || (options.showValue === 'auto' && fits)) && (
        <text x={x + 4} y={lane / 2} dominantBaseline="central" fill={theme.colors.text.maxContrast}>
          {text}
        </text>
      )}
    </g>
  );
}

const shared: Pick<Kind<StateOptions>, 'drawnBy' | 'component' | 'custom'> = {
  drawnBy: 'look-alike',
  component: States,
  custom: { ...HIDE_FROM, lineWidth: 0, fillOpacity: 70, spanNulls: false, insertNulls: false, axisPlacement: 'auto' },
};
const options = { ...LEGEND, ...TOOLTIP, showValue: 'auto', rowHeight: 0.9 };

export const stateTimeline: Kind<StateOptions> = {
  ...shared,
  kind: 'state-timeline',
  color: FieldColorModeId.ContinuousGrYlRd,
  options: { ...options, mergeValues: true, alignValue: 'left' },
};

export const statusHistory: Kind<StateOptions> = {
  ...shared,
  kind: 'status-history',
  color: FieldColorModeId.Thresholds,
  options: { ...options, mergeValues: false, colWidth: 0.9 },
};
