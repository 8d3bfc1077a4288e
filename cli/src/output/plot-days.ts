import chart from "simple-ascii-chart";

/** One line of a plot: a value a day, from day 1. */
export interface DailyValues {
  readonly name: string;
  readonly values: readonly number[];
}

/** A sign for each line, in their order. */
const SIGNS = "123456789";

const WIDTH = 90;
const HEIGHT = 16;

/**
 * Several measures by day, each drawn with a number of its own, which the last line explains. Where two fall on one place
 * the later one is seen. Without colours.
 *
 * @param lines at most nine. @throws RangeError for more.
 */
export function plotDays(title: string, lines: readonly DailyValues[]): string {
  if (lines.length > SIGNS.length) throw new RangeError(`${lines.length} lines in one plot`);
  const series = lines.map(({ values }) =>
    values.map((value, day): [number, number] => [day + 1, value]),
  );
  const plotted = chart(series, {
    title,
    xLabel: "day",
    width: WIDTH,
    height: HEIGHT,
    customXAxisTicks: ticksOf(Math.max(0, ...lines.map(({ values }) => values.length))),
    formatter: (value, { axis }) => (axis === "y" ? Math.round(value * 100) / 100 : value),
    lineFormatter: ({ x, y, plotX, plotY }) => {
      const line = lines.findLastIndex(({ values }) => values[x - 1] === y);
      return { x: plotX, y: plotY, symbol: SIGNS[line] ?? "?" };
    },
  });
  const names = lines.map(({ name }, line) => `${SIGNS[line] ?? ""} ${name}`).join(", ");
  const rows = plotted.split("\n").map((row) => row.trimEnd());
  return [...rows.filter((row) => row !== ""), names].join("\n");
}

/** Every fifth day, and the first. */
function ticksOf(days: number): number[] {
  return Array.from({ length: days }, (_, day) => day + 1).filter(
    (day) => day === 1 || day % 5 === 0,
  );
}
