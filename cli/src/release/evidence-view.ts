import type { VerdictRecord } from "@canarec/monitoring/analysis/judge";
import { type Cell, table } from "../output/table.ts";

/** Of a normal estimate, 95 % two-sided. */
const Z_95 = 1.96;

/** What the newest verdict was made from, as a person reads it: users, estimates, tests, guardrails. */
export function evidenceView(record: VerdictRecord): string {
  const { evidence, inputs } = record;
  const sections = [
    usersAndClock(record),
    table(
      ["metric", "main", "nightly", "difference", "95 % from", "to"],
      [...primaryRows(record), ...secondaryRows(record)],
    ),
    table(
      ["out at once when", "main", "nightly", "evidence", "limit"],
      [
        ...evidence.killTests.map(({ of, highestLogE, threshold }): Cell[] => {
          const { main, nightly } = inputs.rare[of];
          return [
            of,
            share(main.failures, main.users),
            share(nightly.failures, nightly.users),
            `e^${highestLogE.toFixed(1)}`,
            `e^${threshold.toFixed(1)}`,
          ];
        }),
        harmRow(record),
      ],
    ),
    table(
      ["to be promoted", "main", "nightly", "worse by at most", "allowed", ""],
      evidence.guardrails.map(({ of, main, nightly, upper, margin, state }) => [
        ...[of, figure(main), figure(nightly), figure(upper), figure(margin), state],
      ]),
    ),
    `The judge (row ${record.verdict.row}): ${record.verdict.action} – ${record.verdict.reason}`,
  ];
  return sections.join("\n\n");
}

function usersAndClock({ evidence, inputs }: VerdictRecord): string {
  const { users, bound } = evidence.primary;
  const { seconds } = inputs.plan.evaluation;
  const clock =
    evidence.clockSeconds === null
      ? "not evaluated yet"
      : `${Math.floor(evidence.clockSeconds)} s of ${seconds} s evaluated`;
  const look = bound === null ? "" : `; |z| is held against ${bound.toFixed(2)}`;
  return `${clock}; ${users.main} mature users on main, ${users.nightly} on nightly${look}`;
}

/** The metric that decides, within strata. */
function primaryRows({ evidence, inputs }: VerdictRecord): Cell[][] {
  const { difference } = evidence.primary;
  if (difference === null) return [];
  const { main, nightly, value, se } = difference;
  return [metricRow(`${inputs.plan.metric} (decides)`, { main, nightly, difference: value, se })];
}

function secondaryRows({ evidence, inputs }: VerdictRecord): Cell[][] {
  return evidence.secondary
    .filter(({ of }) => of !== inputs.plan.metric)
    .map((metric) => metricRow(metric.of, metric));
}

interface Contrast {
  readonly main: number;
  readonly nightly: number;
  readonly difference: number;
  readonly se: number;
}

/** Differences as shares of main's value. */
function metricRow(name: string, { main, nightly, difference, se }: Contrast): Cell[] {
  const relative = (value: number) => (main === 0 ? "" : signedPercent(value / main));
  return [
    ...[name, figure(main), figure(nightly), relative(difference)],
    ...[relative(difference - Z_95 * se), relative(difference + Z_95 * se)],
  ];
}

function harmRow({ evidence, inputs }: VerdictRecord): Cell[] {
  const { contrast, p } = evidence.primaryHarm;
  const margin = Math.round(inputs.plan.harmMargin * 100);
  return [
    ...[`${inputs.plan.metric} more than ${margin} % below main's`],
    ...[figure(contrast?.main ?? null), figure(contrast?.nightly ?? null)],
    ...[`p ${p.toPrecision(2)}`, `p ${inputs.plan.alphas.kill.primary}`],
  ];
}

function share(count: number, of: number): string {
  return of === 0 ? "" : `${((count / of) * 100).toFixed(2)} % of ${of}`;
}

function figure(value: number | null): string {
  return value === null ? "" : String(Number(value.toPrecision(4)));
}

function signedPercent(value: number): string {
  return `${value >= 0 ? "+" : "−"}${Math.abs(value * 100).toFixed(1)} %`;
}
