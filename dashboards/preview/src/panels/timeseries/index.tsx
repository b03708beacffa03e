// Time series: Grafana's own graph, tooltip and legend; only the marks of annotations are drawn here.
import { FieldColorModeId, type PanelProps } from '@grafana/data';
import { SortOrder, TooltipDisplayMode, type VizLegendOptions, type VizTooltipOptions } from '@grafana/schema';
import { TimeSeries, TooltipPlugin2, usePanelContext, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import { HIDE_FROM, type Kind, LEGEND, TOOLTIP } from '../define';
import { noValueOf } from '../shows';
import { NoValue } from '../NoValue';
import { Marks } from './Marks';
import { graphable } from './graphable';
import { Tooltip } from './Tooltip';

interface TimeSeriesOptions {
  legend: VizLegendOptions;
  tooltip: VizTooltipOptions;
}

/** TooltipHoverMode of the library, which is a constant there that cannot be imported. */
const HOVER = { oneSeries: 0, allSeries: 1 };

function Graph(props: PanelProps<TimeSeriesOptions>) {
  const { data, options, width, height, timeRange, timeZone, onChangeTimeRange } = props;
  const theme = useTheme2();
  const { sync, eventsScope } = usePanelContext();
  const frames = useMemo(() => graphable(data.series, theme, timeRange), [data.series, theme, timeRange]);
  if (frames.length === 0) {
    return <NoValue text={noValueOf(props.fieldConfig)} />;
  }
  const { mode, sort = SortOrder.None, hideZeros = false } = options.tooltip;
  return (
    <TimeSeries
      frames={frames}
      structureRev={data.structureRev}
      width={width}
      height={height}
      timeRange={timeRange}
      timeZone={timeZone}
      legend={options.legend}
      options={options}
    >
      {(config, aligned) => (
        <>
          {mode !== TooltipDisplayMode.None && (
            <TooltipPlugin2
              config={config}
              hoverMode={mode === TooltipDisplayMode.Single ? HOVER.oneSeries : HOVER.allSeries}
              queryZoom={onChangeTimeRange}
              clientZoom
              syncMode={sync?.()}
              syncScope={eventsScope}
              render={(_, at, seriesIndex, isPinned) => (
                <Tooltip frame={aligned} at={at} {...{ seriesIndex, isPinned, mode, sort, hideZeros }} />
              )}
            />
          )}
          <Marks panel={props.id} config={config} frames={data.annotations ?? []} timeZone={timeZone} />
        </>
      )}
    </TimeSeries>
  );
}

export const timeSeries: Kind<TimeSeriesOptions> = {
  kind: 'timeseries',
  drawnBy: 'grafana',
  component: Graph,
  marksAnnotations: true,
  color: FieldColorModeId.PaletteClassic,
  options: { ...LEGEND, ...TOOLTIP },
  custom: {
    ...HIDE_FROM,
    drawStyle: 'line',
    lineInterpolation: 'linear',
    lineWidth: 1,
    fillOpacity: 0,
    gradientMode: 'none',
    lineStyle: undefined,
    lineColor: undefined,
    fillBelowTo: undefined,
    spanNulls: false,
    insertNulls: false,
    showPoints: 'auto',
    showValues: false,
    pointSize: 5,
    barAlignment: 0,
    barWidthFactor: 0.6,
    stacking: { mode: 'none', group: 'A' },
    axisPlacement: 'auto',
    axisLabel: '',
    axisColorMode: 'text',
    axisBorderShow: false,
    axisWidth: undefined,
    axisSoftMin: undefined,
    axisSoftMax: undefined,
    axisGridShow: undefined,
    axisCenteredZero: false,
    scaleDistribution: { type: 'linear' },
    thresholdsStyle: { mode: 'off' },
    transform: undefined,
  },
};
