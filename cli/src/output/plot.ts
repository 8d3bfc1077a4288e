import chart from "simple-ascii-chart";

/** A curve of shares: x as the caller has it, y in [0, 1], shown from 0 to 100 %. */
export function plotShares(
  title: string,
  xLabel: string,
  points: readonly (readonly [x: number, share: number])[],
): string {
  const percents = points.map(([x, share]): [number, number] => [x, Math.round(share * 100)]);
  const plotted = chart(percents, {
    title,
    xLabel,
    width: 60,
    height: 12,
    yRange: [0, 100],
    mode: "point",
    customXAxisTicks: percents.map(([x]) => x),
    formatter: (value, { axis }) => (axis === "y" ? `${Math.round(value)} %` : value),
  });
  return trimmed(plotted);
}

/** Values of a measure, one a run: x as the caller has it. */
export function plotMeasure(
  title: string,
  xLabel: string,
  points: readonly (readonly [x: number, value: number])[],
): string {
  const plotted = chart(
    points.map(([x, value]): [number, number] => [x, value]),
    {
      title,
      xLabel,
      width: 60,
      height: 12,
      mode: "point",
      customXAxisTicks: points.map(([x]) => x),
      formatter: (value, { axis }) => (axis === "y" ? value.toFixed(3) : value),
    },
  );
  return trimmed(plotted);
}

/** Points in a plane, two at least, to a tenth; axes through 0. */
export function plotPoints(
  title: string,
  xLabel: string,
  points: readonly (readonly [x: number, y: number])[],
): string {
  const rounded = points.map(([x, y]): [number, number] => [tenth(x), tenth(y)]);
  const plotted = chart(rounded, {
    ...{ title, xLabel, width: 60, height: 16, mode: "point", axisCenter: [0, 0] },
  });
  return trimmed(plotted);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function trimmed(plotted: string): string {
  return plotted
    .split("\n")
    .map((row) => row.trimEnd())
    .filter((row) => row !== "")
    .join("\n");
}
