import { GATE_VERSION, type GateReport, type GateReportFigure } from "../contract/gate-report.ts";
import type { GateMargins } from "../evaluation/gate-margins.ts";
import { type GateDecision, type GateEvidence, decideGate } from "../evaluation/gate.ts";
import type { Compared, NotCompared } from "./compare-at-split.ts";
import type { MeasuredLatency } from "./measure-latency.ts";

/** What was seen, as far as the gate came. */
export interface Found extends Partial<Compared>, Partial<NotCompared> {
  readonly damage?: string;
  readonly answers?: GateEvidence["answers"];
  readonly latency?: MeasuredLatency;
}

/** What a report says beside what was found. */
export interface About extends Pick<GateReport, "seconds"> {
  readonly main: Omit<GateReport["main"], "refitted">;
  readonly candidate: Omit<GateReport["candidate"], "refitted">;
  readonly margins: GateMargins;
}

/** As the contract has it. */
const LONGEST_TEXT = 500;

const UNTIMED = { p50Ms: 0, p99Ms: 0 };

/** What nothing was measured of: no users. */
const UNMEASURED = { name: "recall@20", main: new Float64Array(0), candidate: new Float64Array(0) };

/** Decide by what was found, and say so. Pure: equal findings give an equal report. */
export function reportOf(found: Found, about: About): GateReport {
  const { damage, answers, latency, split, coverage, refitted } = found;
  const decision = decideGate(
    {
      measures: found.measures ?? [UNMEASURED],
      coverage: coverage ?? { main: 0, candidate: 0 },
      latency: latency ?? { main: UNTIMED, candidate: UNTIMED },
      damage: damage === undefined ? [] : [damage],
      answers: answers ?? { asked: 0, invalid: [] },
    },
    about.margins,
  );
  const figures = figuresOf(decision);
  const { main, candidate, margins, seconds } = about;
  return {
    v: GATE_VERSION,
    verdict: decision.verdict,
    reasons: reasonsOf(decision, figures, found.noData).map((text) => text.slice(0, LONGEST_TEXT)),
    main: { ...main, refitted: refitted?.main ?? false },
    candidate: { ...candidate, refitted: refitted?.candidate ?? false },
    ...{ margins, split: split ?? null, figures, coverage: coverage ?? null },
    latency: latency ?? null,
    answers: answers === undefined ? null : decision.answers,
    damage: damage?.slice(0, LONGEST_TEXT) ?? null,
    seconds,
  };
}

function figuresOf({ figures }: GateDecision): GateReportFigure[] {
  return figures.flatMap(({ name, result }) => {
    if (result.kind === "too-few-users") return [];
    const { kind: _, users: __, wins: ___, losses: ____, ...figure } = result;
    return [{ name, ...figure }];
  });
}

/** What was decided by; of a pass its figures, and of too little to test on why that is so. */
function reasonsOf(
  { verdict, reasons }: GateDecision,
  figures: readonly GateReportFigure[],
  noData: string | undefined,
): string[] {
  if (verdict === "pass") return figures.map(figureInWords);
  if (verdict === "no-data" && noData !== undefined) return [noData];
  const harms = reasons.filter(({ code }) => verdict === "no-data" || code !== "too-few-users");
  return harms.map(({ message }) => message);
}

/** `recall@20 0.3121, on main 0.3105: +0.0016 [−0.0011, 0.0043]; a loss of 0.0062 would have been found` */
function figureInWords(figure: GateReportFigure): string {
  const { name, main, candidate, difference, lower, upper, detectable } = figure;
  const sign = difference < 0 ? "" : "+";
  return (
    `${name} ${candidate.toFixed(4)}, on main ${main.toFixed(4)}: ${sign}${difference.toFixed(4)} ` +
    `[${lower.toFixed(4)}, ${upper.toFixed(4)}]; a loss of ${detectable.toFixed(4)} would have been found`
  );
}
