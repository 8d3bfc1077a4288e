import type { GateReport } from "@canarec/inference/contract/gate-report";
import { type Cell, table } from "../output/table.ts";
import { counted } from "../output/words.ts";

const VERDICTS: Readonly<Record<GateReport["verdict"], string>> = {
  pass: "It may go on to the canary",
  fail: "REFUSED",
  "no-data": "Nothing was compared, and nothing speaks against it",
};

/** A report of the offline gate as a person reads it. */
export function gateInWords(report: GateReport): string {
  const { verdict, reasons, figures } = report;
  const sections = [
    [`${VERDICTS[verdict]}:`, ...reasons.map((reason) => `  ${reason}`)].join("\n"),
    whatWasCompared(report),
    ...(figures.length === 0 ? [] : [figuresTable(report)]),
    table(["", "main", "candidate", ""], otherRows(report)),
  ];
  return sections.join("\n\n");
}

function whatWasCompared({ main, candidate, split }: GateReport): string {
  const bundles = [
    ["main     ", main],
    ["candidate", candidate],
  ] as const;
  const lines = bundles.map(([name, { bundleId, highEventAt, refitted }]) => {
    const until = highEventAt === null ? "before the first event" : `events until ${highEventAt}`;
    const anew = refitted ? "; trained anew on what was before the split" : "";
    return `${name}  ${bundleId.slice(0, 12)}, ${until}${anew}`;
  });
  if (split === null) return lines.join("\n");
  const users = `${counted(split.users, "user")} who liked ${counted(split.targets, "movie")} after ${split.at}`;
  const shown =
    split.shown === 0
      ? ""
      : `; ${counted(split.shown, "movie")} that their lists had shown do not count`;
  return [...lines, `tested on  ${users}${shown}`].join("\n");
}

function figuresTable({ figures, margins }: GateReport): string {
  return table(
    ["metric", "main", "candidate", "difference", `${margins.level * 100} % from`, "to"],
    figures.map((one): Cell[] => [
      one.name,
      ...[one.main, one.candidate].map((value) => value.toFixed(4)),
      ...[one.difference, one.lower, one.upper].map(signed),
    ]),
  );
}

function otherRows({ coverage, latency, answers, damage }: GateReport): Cell[][] {
  const rows: Cell[][] = [];
  if (coverage !== null) {
    rows.push(["catalogue shown", percent(coverage.main), percent(coverage.candidate), ""]);
  }
  if (latency !== null) {
    const { main, candidate, users } = latency;
    const times = [main, candidate].map(({ p99Ms }) => `${p99Ms.toFixed(2)} ms`);
    rows.push(["a list takes (p99)", ...times, `of ${counted(users, "user")}`]);
  }
  if (answers !== null) {
    const { asked, invalid } = answers;
    rows.push(["invalid lists", "", String(invalid), `of ${counted(asked, "user")}`]);
  }
  rows.push(["bundle", "", damage === null ? "every byte verified" : "DAMAGED", ""]);
  return rows;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
