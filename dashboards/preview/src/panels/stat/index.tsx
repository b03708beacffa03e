// Stat: one large number each, drawn by Grafana's BigValue.
import {
  type DisplayValueAlignmentFactors,
  FieldColorModeId,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  type PanelProps,
} from '@grafana/data';
import type {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  PercentChangeColorMode,
} from '@grafana/schema';
import { BigValue, useTheme2, VizRepeater, type VizRepeaterRenderValueProps } from '@grafana/ui';
import { type Kind, REDUCE } from '../define';
import { orientationOf, type SingleValueOptions, useValues } from '../values';
import { WithLinks } from '../WithLinks';

interface StatOptions extends SingleValueOptions {
  colorMode: BigValueColorMode;
  graphMode: BigValueGraphMode;
  justifyMode: BigValueJustifyMode;
  textMode: BigValueTextMode;
  wideLayout: boolean;
  showPercentChange: boolean;
  percentChangeColorMode: PercentChangeColorMode;
}

type Factors = DisplayValueAlignmentFactors;

function Stat(props: PanelProps<StatOptions>) {
  const { options, width, height, data, renderCounter } = props;
  const getValues = useValues(props, { sparkline: String(options.graphMode) !== 'none' });
  return (
    <VizRepeater<FieldDisplay, Factors>
      autoGrid
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      getValues={getValues}
      source={data}
      renderCounter={renderCounter}
      width={width}
      height={height}
      orientation={orientationOf(props)}
      renderValue={(cell) => <Cell {...cell} options={options} />}
    />
  );
}

function Cell({ value, width, height, alignmentFactors, count, options }: CellProps) {
  const theme = useTheme2();
  const display = options.showPercentChange ? value.display : { ...value.display, percentChange: undefined };
  return (
    <WithLinks value={value}>
      {({ openMenu, targetClassName }) => (
        <BigValue
          value={display}
          count={count}
          sparkline={value.sparkline}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={options.textMode}
          disableWideLayout={!options.wideLayout}
          percentChangeColorMode={options.percentChangeColorMode}
          alignmentFactors={alignmentFactors}
          text={options.text}
          width={width}
          height={height}
          theme={theme}
          onClick={openMenu}
          className={targetClassName}
          hasLinks={value.hasLinks}
        />
      )}
    </WithLinks>
  );
}

type CellProps = VizRepeaterRenderValueProps<FieldDisplay, Factors> & { options: StatOptions };

export const stat: Kind<StatOptions> = {
  kind: 'stat',
  drawnBy: 'grafana',
  component: Stat,
  color: FieldColorModeId.Thresholds,
  drawsNoValue: true,
  options: {
    ...REDUCE,
    orientation: 'auto',
    textMode: 'auto',
    wideLayout: true,
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
};
