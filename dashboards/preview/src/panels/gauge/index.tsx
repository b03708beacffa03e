// Gauge: a look-alike, because Grafana does not publish its own.
import {
  FieldColorModeId,
  type FieldDisplay,
  formattedValueToString,
  type PanelProps,
  ThresholdsMode,
} from '@grafana/data';
import { useTheme2, VizRepeater, type VizRepeaterRenderValueProps } from '@grafana/ui';
import { type Kind, REDUCE } from '../define';
import { orientationOf, type SingleValueOptions, useValues } from '../values';
import { WithLinks } from '../WithLinks';
import { arcPath, bands, type Ring, shareOf, type Step } from './arc';

interface GaugeOptions extends SingleValueOptions {
  showThresholdMarkers: boolean;
  minVizWidth: number;
  minVizHeight: number;
}

const TITLE_HEIGHT = 22;

function Gauges(props: PanelProps<GaugeOptions>) {
  const { options, width, height, data, renderCounter } = props;
  return (
    <VizRepeater<FieldDisplay>
      autoGrid
      getValues={useValues(props)}
      source={data}
      renderCounter={renderCounter}
      width={width}
      height={height}
      minVizWidth={options.minVizWidth}
      minVizHeight={options.minVizHeight}
      orientation={orientationOf(props)}
      renderValue={(cell) => (
        <WithLinks value={cell.value}>
          {({ openMenu }) => (
            <div onClick={openMenu}>
              <Gauge {...cell} markers={options.showThresholdMarkers} titled={cell.count > 1} />
            </div>
          )}
        </WithLinks>
      )}
    />
  );
}

type GaugeProps = VizRepeaterRenderValueProps<FieldDisplay> & { markers: boolean; titled: boolean };

function Gauge({ value: { display, field }, width, height, markers, titled }: GaugeProps) {
  const theme = useTheme2();
  const foot = titled ? TITLE_HEIGHT : 0;
  const radius = Math.max(Math.min(width / 2, (height - foot) / 1.75) - 8, 10);
  const ring = { x: width / 2, y: radius + 8, radius };
  const thick = radius * 0.2;
  const bar = { ...ring, radius: radius - 6 - thick / 2 };
  const { min = 0, max = 100, thresholds } = field;
  const place = (number: number) => {
    return thresholds?.mode === ThresholdsMode.Percentage
      ? shareOf(number, 0, 100)
      : shareOf(number, min ?? 0, max ?? 100);
  };
  const share = shareOf(display.numeric, min ?? 0, max ?? 100);
  return (
    <svg width={width} height={height}>
      <path d={arcPath(bar, 0, 1)} stroke={theme.colors.background.secondary} strokeWidth={thick} fill="none" />
      {share > 0 && <path d={arcPath(bar, 0, share)} stroke={display.color} strokeWidth={thick} fill="none" />}
      {markers && <Markers ring={ring} steps={thresholds?.steps ?? []} place={place} />}
      <text
        x={ring.x}
        y={ring.y + radius * 0.12}
        textAnchor="middle"
        fontSize={Math.min(radius * 0.42, 48)}
        fontWeight={500}
        fill={theme.colors.text.primary}
      >
        {formattedValueToString(display)}
      </text>
      {titled && (
        <text x={ring.x} y={ring.y + radius * 0.95} textAnchor="middle" fontSize={13} fill={theme.colors.text.primary}>
          {display.title}
        </text>
      )}
    </svg>
  );
}

interface MarkersProps {
  ring: Ring;
  steps: Step[];
  place: (value: number) => number;
}

/** A thin ring around the gauge in the colours of the thresholds. */
function Markers({ ring, steps, place }: MarkersProps) {
  const theme = useTheme2();
  return bands(steps, place).map(({ from, to, color }) => (
    <path
      key={from}
      d={arcPath(ring, from, to)}
      stroke={theme.visualization.getColorByName(color)}
      strokeWidth={3}
      fill="none"
    />
  ));
}

export const gauge: Kind<GaugeOptions> = {
  kind: 'gauge',
  drawnBy: 'look-alike',
  component: Gauges,
  color: FieldColorModeId.Thresholds,
  drawsNoValue: true,
  options: { ...REDUCE, orientation: 'auto', showThresholdMarkers: true, minVizWidth: 75, minVizHeight: 75 },
};
