import type { SeedAverage } from "@canarec/inference/evaluation/average-seeds";
import type { SliceComparison } from "@canarec/inference/evaluation/compare-slices";
import type {
  PairedDifference,
  TooFewUsers,
} from "@canarec/inference/evaluation/paired-difference";
import { table } from "../output/table.ts";
import { counted } from "../output/words.ts";

/** One model's line. */
export interface EvaluatedModel extends Pick<SeedAverage, "means" | "coverage" | "gini"> {
  readonly name: string;
  /** Of one fit; null of a bundle, which was fitted before. */
  readonly seconds: number | null;
}

/** One model's difference from the one it is compared with. */
export interface EvaluatedDifference {
  readonly name: string;
  readonly metric: string;
  readonly result: PairedDifference | TooFewUsers;
  readonly slices: readonly SliceComparison[];
}

/** What `canarec evaluate` tells. */
export interface EvaluationReport {
  readonly data: string;
  readonly protocol: string;
  readonly seeds: readonly number[];
  readonly likedFrom: number;
  readonly k: number;
  readonly users: number;
  readonly models: readonly EvaluatedModel[];
  /** Null where nothing was compared. */
  readonly against: string | null;
  readonly differences: readonly EvaluatedDifference[];
}

export function evaluationInWords(report: EvaluationReport): string {
  const { data, protocol, seeds, users, differences, against } = report;
  const splits = seeds.length === 1 ? `seed ${seeds[0] ?? 0}` : counted(seeds.length, "split");
  const lines = [
    `${data}, ${protocol}, ${counted(users, "user")}, ${splits}; mean ± standard error over users`,
    "",
    modelsTable(report),
  ];
  for (const one of differences) {
    lines.push("", `${one.name} − ${against ?? ""}, ${one.metric}, 95 % interval`, "");
    lines.push(differenceTable(one));
  }
  return lines.join("\n");
}

function modelsTable({ models, k }: EvaluationReport): string {
  const sure = [...new Set([`recall@${k}`, "ndcg@10", "ndcg@100"])];
  const plain = [`map@${k}`, `mrr@${k}`, `hit_rate@${k}`, "novelty", "diversity"];
  return table(
    ["", ...sure, ...plain, `coverage@${k}`, "gini", "fit"],
    models.map(({ name, means, coverage, gini, seconds }) => [
      name,
      ...sure.map((metric) => estimateText(means[metric])),
      ...plain.map((metric) => means[metric]?.mean.toFixed(3) ?? ""),
      coverage.toFixed(3),
      gini.toFixed(3),
      seconds === null ? "" : `${seconds.toFixed(1)} s`,
    ]),
  );
}

/** A mean and its standard error. */
export function estimateText(estimate: SeedAverage["means"][string] | undefined): string {
  if (estimate === undefined) return "";
  const { mean, se } = estimate;
  return se === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${se.toFixed(3)}`;
}

function differenceTable({ result, slices }: EvaluatedDifference): string {
  const rows = [{ slice: "all", result }, ...slices].map((one) => differenceRow(one));
  return table(["", "users", "difference", "interval", "better", "worse"], rows);
}

function differenceRow({ slice, result }: SliceComparison): (string | number)[] {
  if (result.kind === "too-few-users") return [slice, result.users, "too few users", "", "", ""];
  const { users, difference, lower, upper, wins, losses } = result;
  const interval = `[${signed(lower)}, ${signed(upper)}]`;
  return [slice, users, signed(difference), interval, wins, losses];
}

function signed(value: number): string {
  const digits = Math.abs(value).toFixed(4);
  return `${value < 0 && Number(digits) > 0 ? "−" : "+"}${digits}`;
}
