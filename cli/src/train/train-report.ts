import type { RecordedTraining } from "@canarec/vectordb-scripts/bundle/record-training";
import { table } from "../output/table.ts";
import { counted, lasting, sized } from "../output/words.ts";
import { blendBelow } from "./blend-below.ts";

/** What `canarec train` tells. */
export type TrainReport = Omit<RecordedTraining, "learned"> & {
  readonly models: readonly string[];
  readonly users: number;
  readonly interactions: number;
  readonly until: string | null;
  readonly blend: RecordedTraining["learned"]["blend"];
};

export function reportOf({ learned, ...trained }: RecordedTraining): TrainReport {
  const { users, interactions, until } = learned.from;
  const models = learned.models.map(({ name }) => name);
  return { ...trained, models, users, interactions, until, blend: learned.blend };
}

export function trainingInWords(report: TrainReport): string {
  const { metrics, run, bundleId, interactions, users, movies, bytes, seconds } = report;
  const fit = lasting(seconds["fit"] ?? 0);
  const lines = [
    `Run ${run}: bundle ${bundleId}, ${counted(report.models.length, "model")} of ${counted(interactions, "interaction")} of ${counted(users, "user")} with ${counted(movies, "movie")}, fitted in ${fit}, ${sized(bytes)}.`,
  ];
  if (report.weighedBy === 0)
    lines.push(
      "No weights were learned (too few users, or no model tells what they took): all are the same.",
    );
  if (report.weighedLists > 0)
    lines.push(
      `Weights were learned from what ${counted(report.weighedBy, "user")} took of ${counted(report.weighedLists, "list")} that they were shown.`,
    );
  if (metrics === null) return [...lines, "Too few users to measure anything on."].join("\n");
  const how = `${metrics.protocol} split, ${counted(metrics.users, "user")}`;
  const below = blendBelow(report);
  return [
    ...lines,
    "",
    `What they took later (${how}), by those who had not seen it:`,
    "",
    metricsTable(metrics),
    ...(below === undefined ? [] : ["", below]),
  ].join("\n");
}

/** Measures by model, and of the blend. */
export interface MeasuredModels {
  readonly by: Readonly<
    Record<
      string,
      {
        readonly means: Readonly<
          Record<string, { readonly mean: number; readonly se: number | null }>
        >;
        readonly coverage: number;
      }
    >
  >;
}

/** A line a model, the blend last. */
export function metricsTable(metrics: MeasuredModels): string {
  const rows = Object.entries(metrics.by).map(([name, { means, coverage }]) => [
    name,
    ...Object.values(means)
      .slice(0, 4)
      .map(({ mean, se }) => `${mean.toFixed(3)} ± ${(se ?? 0).toFixed(3)}`),
    coverage.toFixed(3),
  ]);
  const names = Object.keys(metrics.by["blend"]?.means ?? {}).slice(0, 4);
  return table(["", ...names, "coverage"], rows);
}
