// The geometry of a pie.

/** SVG paths of slices around 0,0 whose sizes are as the numbers; a hole makes it a ring. */
export function slicePaths(numbers: number[], radius: number, hole: number): string[] {
  const total = numbers.reduce((sum, number) => sum + number, 0);
  let begin = 0;
  return numbers.map((number) => {
    const share = total > 0 ? Math.min(number / total, 0.99999) : 0; // a whole circle has no arc
    const end = begin + share;
    const path = slice(begin, end, radius, hole);
    begin = end;
    return path;
  });
}

function slice(begin: number, end: number, radius: number, hole: number): string {
  const point = (share: number, distance: number) => {
    const angle = (share - 0.25) * 2 * Math.PI;
    return `${(distance * Math.cos(angle)).toFixed(2)} ${(distance * Math.sin(angle)).toFixed(2)}`;
  };
  const large = end - begin > 0.5 ? 1 : 0;
  return (
    `M${point(begin, radius)}A${radius} ${radius} 0 ${large} 1 ${point(end, radius)}` +
    `L${point(end, hole)}A${hole} ${hole} 0 ${large} 0 ${point(begin, hole)}Z`
  );
}
