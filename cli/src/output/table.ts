import Table from "cli-table3";

/** A cell that is a number is set to the right. */
export type Cell = string | number | null;

const PLAIN = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** A plain table: a line of names, a line a row, no borders, no colours. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const made = new Table({
    chars: PLAIN,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    head: [...head],
    colAligns: head.map((_, column) =>
      rows.some((row) => typeof row[column] === "number") ? "right" : "left",
    ),
  });
  for (const row of rows) made.push(row.map(cellText));
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "number" ? cell.toLocaleString("en-US") : cell;
}
