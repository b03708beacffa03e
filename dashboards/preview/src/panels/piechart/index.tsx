// Pie chart: a look-alike, because Grafana does not publish its own. Values, colours and legend are by Grafana's libraries.
import {
  FieldColorModeId,
  type FieldDisplay,
  formattedValueToString,
  type PanelProps,
  type ReduceDataOptions,
} from '@grafana/data';
import { LegendDisplayMode, type VizLegendOptions } from '@grafana/schema';
import { VizLayout, VizLegend, type VizLegendItem } from '@grafana/ui';
import { HIDE_FROM, type Kind, LEGEND, REDUCE, TOOLTIP } from '../define';
import { useValues } from '../values';
import { slicePaths } from './slices';

interface PieOptions {
  reduceOptions: ReduceDataOptions;
  pieType: 'pie' | 'donut';
  legend: VizLegendOptions & { values?: Array<'value' | 'percent'> };
}

const HOLE = 0.6;

function Pie(props: PanelProps<PieOptions>) {
  const { options, width, height } = props;
  const values = useValues(props)().filter((value) => Number.isFinite(value.display.numeric));
  const legend = options.legend.showLegend && (
    <VizLayout.Legend placement={options.legend.placement}>
      <VizLegend
        placement={options.legend.placement}
        displayMode={options.legend.displayMode ?? LegendDisplayMode.List}
        items={legendItems(values, options)}
      />
    </VizLayout.Legend>
  );
  return (
    <VizLayout width={width} height={height} legend={legend || null}>
      {(innerWidth: number, innerHeight: number) => (
        <Slices values={values} width={innerWidth} height={innerHeight} donut={options.pieType === 'donut'} />
      )}
    </VizLayout>
  );
}

function Slices({
  values,
  width,
  height,
  donut,
}: {
  values: FieldDisplay[];
  width: number;
  height: number;
  donut: boolean;
}) {
  const radius = Math.max(Math.min(width, height) / 2 - 6, 1);
  const paths = slicePaths(
    values.map((value) => value.display.numeric),
    radius,
    donut ? radius * HOLE : 0,
  );
  return (
    <svg width={width} height={height}>
      <g transform={`translate(${width / 2} ${height / 2})`}>
        {values.map(({ display }, index) => (
          <path key={index} d={paths[index]} fill={display.color}>
            <title>{`${display.title}: ${formattedValueToString(display)}`}</title>
          </path>
        ))}
      </g>
    </svg>
  );
}

function legendItems(values: FieldDisplay[], options: PieOptions): VizLegendItem[] {
  const total = values.reduce((sum, value) => sum + value.display.numeric, 0) || 1;
  const shown = options.legend.values ?? [];
  return values.map(({ display }) => ({
    label: display.title ?? '',
    color: display.color,
    yAxis: 1,
    getDisplayValues: () =>
      shown.map((each) => {
        const share = (100 * display.numeric) / total;
        const percent = { numeric: share, text: `${share.toFixed(0)}%`, title: 'Percent' };
        return each === 'percent' ? percent : { ...display, text: formattedValueToString(display), title: 'Value' };
      }),
  }));
}

export const pieChart: Kind<PieOptions> = {
  kind: 'piechart',
  drawnBy: 'look-alike',
  component: Pie,
  color: FieldColorModeId.PaletteClassic,
  options: { ...REDUCE, ...LEGEND, ...TOOLTIP, pieType: 'pie' },
  custom: HIDE_FROM,
};
