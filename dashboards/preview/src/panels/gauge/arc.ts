// The geometry of a gauge: three quarters of a ring, open at the foot.

export const START_DEGREES = 135;
export const SWEEP_DEGREES = 270;

export interface Ring {
  x: number;
  y: number;
  radius: number;
}

/** An SVG path along the ring, between two shares (0 to 1) of the sweep. */
export function arcPath({ x, y, radius }: Ring, from: number, to: number): string {
  const point = (share: number) => {
    const angle = ((START_DEGREES + SWEEP_DEGREES * share) * Math.PI) / 180;
    return `${(x + radius * Math.cos(angle)).toFixed(2)} ${(y + radius * Math.sin(angle)).toFixed(2)}`;
  };
  const large = (to - from) * SWEEP_DEGREES > 180 ? 1 : 0;
  return `M${point(from)}A${radius} ${radius} 0 ${large} 1 ${point(to)}`;
}

/** Where a value lies between two others, from 0 to 1. */
export function shareOf(value: number, min: number, max: number): number {
  return max > min ? Math.min(Math.max((value - min) / (max - min), 0), 1) : 0;
}

export interface Step {
  value: number | null;
  color: string;
}

/** Which colour goes from where to where, as shares of the ring. */
export function bands(
  steps: Step[],
  place: (value: number) => number,
): Array<{ from: number; to: number; color: string }> {
  return steps
    .map(({ value, color }, index) => {
      const next = steps[index + 1]?.value;
      const from = index === 0 || value === null ? 0 : place(value);
      return { from, to: next == null ? 1 : place(next), color };
    })
    .filter(({ from, to }) => to > from);
}
