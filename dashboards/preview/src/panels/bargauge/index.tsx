// Bar gauge: a bar for each value, drawn by Grafana's BarGauge.
import {
  type DisplayValueAlignmentFactors,
  FieldColorModeId,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  type PanelProps,
} from '@grafana/data';
import { BarGaugeDisplayMode, type BarGaugeNamePlacement, type BarGaugeValueMode } from '@grafana/schema';
import { BarGauge, useTheme2, VizRepeater, type VizRepeaterRenderValueProps } from '@grafana/ui';
import { type Kind, REDUCE } from '../define';
import { orientationOf, type SingleValueOptions, useValues } from '../values';
import { WithLinks } from '../WithLinks';

interface BarGaugeOptions extends SingleValueOptions {
  displayMode: BarGaugeDisplayMode;
  valueMode: BarGaugeValueMode;
  namePlacement: BarGaugeNamePlacement;
  showUnfilled: boolean;
  minVizWidth: number;
  minVizHeight: number;
  maxVizHeight: number;
}

type Factors = DisplayValueAlignmentFactors;
type CellProps = VizRepeaterRenderValueProps<FieldDisplay, Factors> & { options: BarGaugeOptions };

const LCD_CELL_WIDTH = 8;

function Bars(props: PanelProps<BarGaugeOptions>) {
  const { options, width, height, data, renderCounter } = props;
  return (
    <VizRepeater<FieldDisplay, Factors>
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      getValues={useValues(props)}
      source={data}
      renderCounter={renderCounter}
      width={width}
      height={height}
      minVizWidth={options.minVizWidth}
      minVizHeight={options.minVizHeight}
      maxVizHeight={options.maxVizHeight}
      itemSpacing={spacing(options)}
      orientation={orientationOf(props)}
      renderValue={(cell) => <Bar {...cell} options={options} />}
    />
  );
}

function Bar({ value, width, height, orientation, alignmentFactors, count, options }: CellProps) {
  const theme = useTheme2();
  return (
    <WithLinks value={value}>
      {({ openMenu, targetClassName }) => (
        <BarGauge
          value={value.display}
          field={value.field}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0)}
          displayMode={options.displayMode}
          valueDisplayMode={options.valueMode}
          namePlacement={options.namePlacement}
          showUnfilled={options.showUnfilled}
          alignmentFactors={count > 1 ? alignmentFactors : undefined}
          itemSpacing={spacing(options)}
          lcdCellWidth={LCD_CELL_WIDTH}
          orientation={orientation}
          text={options.text}
          width={width}
          height={height}
          theme={theme}
          onClick={openMenu}
          className={targetClassName}
        />
      )}
    </WithLinks>
  );
}

function spacing({ displayMode }: BarGaugeOptions): number {
  return displayMode === BarGaugeDisplayMode.Lcd ? 2 : 10;
}

export const barGauge: Kind<BarGaugeOptions> = {
  kind: 'bargauge',
  drawnBy: 'grafana',
  component: Bars,
  color: FieldColorModeId.Thresholds,
  options: {
    ...REDUCE,
    orientation: 'auto',
    displayMode: 'gradient',
    valueMode: 'color',
    namePlacement: 'auto',
    showUnfilled: true,
    minVizWidth: 8,
    minVizHeight: 16,
    maxVizHeight: 300,
  },
};
