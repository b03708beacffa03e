// The numbers that stat, gauge, bar gauge and pie chart show: series reduced by Grafana's own rules.
import {
  type FieldDisplay,
  getFieldDisplayValues,
  type PanelProps,
  type ReduceDataOptions,
  VizOrientation,
} from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

export interface SingleValueOptions {
  reduceOptions: ReduceDataOptions;
  orientation: VizOrientation;
  text?: { titleSize?: number; valueSize?: number; percentSize?: number };
}

type PanelOf<Options> = Omit<PanelProps<Options>, 'onOptionsChange'>;

/** A function that finds the values of a panel. */
export function useValues(
  props: PanelOf<{ reduceOptions: ReduceDataOptions }>,
  { sparkline = false } = {},
): () => FieldDisplay[] {
  const theme = useTheme2();
  return () =>
    getFieldDisplayValues({
      fieldConfig: props.fieldConfig,
      reduceOptions: props.options.reduceOptions,
      replaceVariables: props.replaceVariables,
      theme,
      data: props.data.series,
      sparkline,
      timeZone: props.timeZone,
    });
}

/** Along the longer side, unless the JSON says. */
export function orientationOf(props: PanelOf<SingleValueOptions>): VizOrientation {
  const { orientation } = props.options;
  if (orientation && orientation !== VizOrientation.Auto) {
    return orientation;
  }
  return props.width > props.height ? VizOrientation.Vertical : VizOrientation.Horizontal;
}
