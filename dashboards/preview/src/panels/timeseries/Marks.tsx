// The marks of annotations: a dashed line for a moment, a shaded band for a span, a flag with its words at the foot.
import { type DataFrame, DataFrameView, dateTimeFormat, type TimeZone } from '@grafana/data';
import { type UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import { useLayoutEffect, useRef } from 'react';
import type uPlot from 'uplot';
import { report } from '../../report';

interface Mark {
  time: number;
  timeEnd?: number;
  title?: string;
  text?: string;
  tags?: string[];
  color?: string;
}

interface Props {
  /** The panel's id. */
  panel: number;
  config: UPlotConfigBuilder;
  frames: DataFrame[];
  timeZone: TimeZone;
}

export function Marks({ panel, config, frames, timeZone }: Props) {
  const theme = useTheme2();
  const drawing = useRef<{ marks: Mark[]; plot?: uPlot }>({ marks: [] });
  drawing.current.marks = frames.flatMap((frame) =>
    new DataFrameView<Mark>(frame).toArray().map((mark) => ({ ...mark })),
  );
  useLayoutEffect(() => {
    const colourOf = (mark: Mark) => theme.visualization.getColorByName(mark.color ?? 'blue');
    config.addHook('draw', (plot) => {
      drawing.current.plot = plot;
      const shown = drawing.current.marks.filter((mark) => isInSight(plot, mark));
      report.panel(panel).marks = shown.length;
      shown.forEach((mark) => paint(plot, mark, colourOf(mark)));
      raiseFlags(
        plot,
        shown.map((mark) => flag(plot, mark, colourOf(mark), timeZone)),
      );
    });
  }, [panel, config, theme, timeZone]);
  useLayoutEffect(() => drawing.current.plot?.redraw(false), [frames]);
  return null;
}

function isInSight(plot: uPlot, { time, timeEnd = time }: Mark): boolean {
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  return timeEnd >= (min ?? 0) && time <= (max ?? 0);
}

function paint(plot: uPlot, { time, timeEnd }: Mark, colour: string): void {
  const { ctx, bbox } = plot;
  const left = Math.max(plot.valToPos(time, 'x', true), bbox.left);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  if (timeEnd) {
    const right = Math.min(plot.valToPos(timeEnd, 'x', true), bbox.left + bbox.width);
    ctx.globalAlpha = 0.1;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(left, bbox.top + bbox.height, right - left, 3 * devicePixelRatio);
  }
  ctx.setLineDash([5, 5]);
  ctx.beginPath();
  ctx.moveTo(left, bbox.top);
  ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

const FLAGS = 'annotation-flags';

function raiseFlags(plot: uPlot, flags: HTMLElement[]): void {
  plot.over.parentElement?.querySelector(`.${FLAGS}`)?.remove();
  const row = document.createElement('div');
  row.className = FLAGS;
  row.append(...flags);
  const { left, top, width, height } = plot.over.style;
  Object.assign(row.style, { position: 'absolute', left, top, width, height, pointerEvents: 'none' });
  plot.over.after(row);
}

function flag(plot: uPlot, mark: Mark, colour: string, timeZone: TimeZone): HTMLElement {
  const element = document.createElement('div');
  element.title = [dateTimeFormat(mark.time, { timeZone }), mark.title, mark.text, mark.tags?.join(', ')]
    .filter(Boolean)
    .join('\n');
  Object.assign(element.style, {
    position: 'absolute',
    left: `${Math.max(plot.valToPos(mark.time, 'x'), 0) - 5}px`,
    bottom: '-5px',
    borderLeft: '5px solid transparent',
    borderRight: '5px solid transparent',
    borderBottom: `5px solid ${colour}`,
    pointerEvents: 'auto',
  });
  return element;
}
