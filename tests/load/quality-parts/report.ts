import { compareSlices } from "@canarec/inference/evaluation/compare-slices";
import { estimateOf } from "@canarec/inference/evaluation/estimate";
import {
  type PairedDifference,
  pairedDifference,
} from "@canarec/inference/evaluation/paired-difference";
import { slicesOf } from "@canarec/inference/evaluation/slices";
import type { CatalogueMovie } from "@canarec/vectordb-scripts/catalog/catalogue-movie";
import { METRICS, type SeedResult } from "./measure-seed.ts";

interface Row {
  readonly name: string;
  /** By measure. */
  readonly means: Readonly<Record<string, { readonly mean: number; readonly se: number | null }>>;
  /** Share of the catalogue in at least one list of 20. */
  readonly coverage: number;
  /** Mean distance of a list's movies by genre. */
  readonly diversity: number;
}

/** The blend against the best single model of one measure. */
interface Against {
  readonly metric: string;
  readonly best: string;
  readonly difference: PairedDifference;
}

export interface SeedReport {
  readonly seed: number;
  readonly line: string;
  readonly rows: readonly Row[];
  readonly against: readonly Against[];
  /** Slices in which the blend's whole interval of Recall@20 lies below EASE's or the best model's. */
  readonly worseSlices: readonly string[];
  /** The blend's weights. */
  readonly weights: string;
}

export function reportOf(
  seed: number,
  { split, evaluations, blend }: SeedResult,
  movies: readonly CatalogueMovie[],
): SeedReport {
  const rows = Array.from(evaluations, ([name, { means, coverage }]): Row => ({
    name,
    means,
    coverage,
    diversity: means["diversity"]?.mean ?? 0,
  }));
  const blended = evaluations.get("blend");
  if (blended === undefined) throw new Error("the blend was not measured");
  const against = METRICS.flatMap((metric): Against[] => {
    const best = bestOf(rows, metric);
    const main = evaluations.get(best)?.perUser[metric];
    const candidate = blended.perUser[metric];
    if (main === undefined || candidate === undefined) return [];
    const difference = pairedDifference(main, candidate, { seed });
    return difference.kind === "difference" ? [{ metric, best, difference }] : [];
  });
  const bestRecall = evaluations.get(bestOf(rows, "recall@20")) ?? blended;
  const facts = {
    genres: movies.map(({ genres }) => genres),
    years: movies.map(({ year }) => year ?? undefined),
  };
  const worseSlices = compareSlices(
    { main: bestRecall, candidate: blended },
    split,
    slicesOf(split, facts),
    {
      seed,
      metric: "recall@20",
    },
  )
    .filter(({ result }) => result.kind === "difference" && result.upper < 0)
    .map(({ slice }) => slice);
  const weights = blend.terms
    .filter(({ weight }) => weight > 0)
    .map(({ signal, weight }) => `${signal} ${weight.toFixed(2)}`)
    .join(", ");
  const line = `seed ${seed}: ${against.map(differenceText).join("; ")}; worse in: ${worseSlices.join(", ") || "nothing"}; ${weights}`;
  return { seed, line, rows, against, worseSlices, weights };
}

/** The single model with the largest mean. */
function bestOf(rows: readonly Row[], metric: string): string {
  const single = rows.filter(({ name }) => !name.startsWith("blend"));
  const valueOf = (row: Row) => row.means[metric]?.mean ?? -Infinity;
  return single.reduce((best, row) => (valueOf(row) > valueOf(best) ? row : best)).name;
}

function differenceText({ metric, best, difference }: Against): string {
  const { difference: mean, lower, upper } = difference;
  return `${metric} ${signed(mean)} (${signed(lower)} … ${signed(upper)}) on ${best}`;
}

/** Means over seeds, with the mean standard error over users, and how often the blend is above the best model. */
export function summary(reports: readonly SeedReport[]): string {
  const names = reports[0]?.rows.map(({ name }) => name) ?? [];
  const table = names.map((name) => {
    const rows = reports.flatMap(({ rows: of }) => of.filter((row) => row.name === name));
    const values = METRICS.map((metric) => {
      const mean = estimateOf(rows.map((row) => row.means[metric]?.mean ?? 0)).mean;
      const se = estimateOf(rows.map((row) => row.means[metric]?.se ?? 0)).mean;
      return `${mean.toFixed(4)} ± ${se.toFixed(4)}`;
    });
    const coverage = estimateOf(rows.map((row) => row.coverage)).mean;
    const diversity = estimateOf(rows.map((row) => row.diversity)).mean;
    return `| ${name.padEnd(15)} | ${values.join(" | ")} | ${coverage.toFixed(4)} | ${diversity.toFixed(4)} |`;
  });
  const wins = METRICS.map((metric) => {
    const of = reports.flatMap(({ against }) => against.filter((one) => one.metric === metric));
    const above = of.filter(({ difference }) => difference.difference > 0).length;
    const sure = of.filter(({ difference }) => difference.lower > 0).length;
    return `${metric}: above the best single model in ${above} of ${of.length} seeds, surely in ${sure}`;
  });
  const head = `| model           | ${METRICS.join(" | ")} | coverage@20 | diversity@20 |`;
  const rule = `| --- | ${METRICS.map(() => "---").join(" | ")} | --- | --- |`;
  return `${[head, rule, ...table, "", ...wins].join("\n")}\n`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
