import { estimateOf } from "@canarec/inference/evaluation/estimate";
import {
  type PairedDifference,
  pairedDifference,
} from "@canarec/inference/evaluation/paired-difference";
import { type Slice, slicesOf } from "@canarec/inference/evaluation/slices";
import { type Pairs, addPairs, pooledDifference } from "./pooled-differences.ts";
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
  /** The blend's weights. */
  readonly weights: string;
}

export function reportOf(seed: number, { evaluations, blend }: SeedResult): SeedReport {
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
  const weights = blend.terms
    .filter(({ weight }) => weight > 0)
    .map(({ signal, weight }) => `${signal} ${weight.toFixed(2)}`)
    .join(", ");
  const line = `seed ${seed}: ${against.map(differenceText).join("; ")}; ${weights}`;
  return { seed, line, rows, against, weights };
}

/** Everything, and each slice: pairs of the best single model of a seed and the blend, over seeds. */
export type SlicePairs = Map<string, Pairs>;

/** Add one seed's pairs of Recall@20. */
export function addSlices(
  pairs: SlicePairs,
  { split, evaluations }: SeedResult,
  movies: readonly CatalogueMovie[],
): void {
  const single = [...evaluations].filter(([name]) => !name.startsWith("blend"));
  const recallOf = ([, { means }]: (typeof single)[number]) => means["recall@20"]?.mean ?? 0;
  const [best] = single.toSorted((a, b) => recallOf(b) - recallOf(a));
  const candidate = evaluations.get("blend");
  if (best === undefined || candidate === undefined) return;
  const facts = {
    genres: movies.map(({ genres }) => genres),
    years: movies.map(({ year }) => year ?? undefined),
  };
  const all: Slice = { name: "all", targetsOf: ({ targets }) => targets };
  for (const slice of [all, ...slicesOf(split, facts)]) {
    const own = pairs.get(slice.name) ?? (new Map() as Pairs);
    pairs.set(slice.name, own);
    addPairs(own, split, { main: best[1], candidate }, { slice, metric: "recall@20" });
  }
}

/** A row a slice of at least 20 users. */
export function sliceTable(pairs: SlicePairs): string {
  const rows = Array.from(pairs, ([name, own]) => {
    const pooled = pooledDifference(own);
    if (pooled === undefined) return `| ${name} | ${own.size} | too few users | |`;
    const { users, main, candidate, difference, lower, upper } = pooled;
    const change = `${signed(difference)} (${signed(lower)} … ${signed(upper)})`;
    return `| ${name} | ${users} | ${main.toFixed(4)} → ${candidate.toFixed(4)} | ${change} |`;
  });
  const head = "| Recall@20 of | users | best single model → blend | difference (95 %) |";
  return [head, "| --- | ---: | --- | --- |", ...rows].join("\n");
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
export function summary(reports: readonly SeedReport[], pairs: SlicePairs): string {
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
  return `${[head, rule, ...table, "", ...wins, "", sliceTable(pairs)].join("\n")}\n`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
