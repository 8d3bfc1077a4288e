import type { TrainReport } from "./train-report.ts";

/** What tuning goes by. */
const MEASURE = "ndcg@20";

/**
 * Why a single model is above the blend on the measured split; undefined where none is, or nothing was measured.
 * Of equally good models the first is named.
 */
export function blendBelow({
  metrics,
  weighedBy,
  weighedLists,
}: Pick<TrainReport, "metrics" | "weighedBy" | "weighedLists">): string | undefined {
  const means = Object.entries(metrics?.by ?? {}).flatMap(([name, { means: by }]) => {
    const mean = by[MEASURE]?.mean;
    return mean === undefined ? [] : [{ name, mean }];
  });
  const blend = means.find(({ name }) => name === "blend");
  const best = means.reduce((high, one) => (one.mean > high.mean ? one : high), {
    name: "blend",
    mean: blend?.mean ?? Infinity,
  });
  if (blend === undefined || best.name === "blend") return undefined;
  const figures = `The blend's ${MEASURE} is ${blend.mean.toFixed(3)} here, and ${best.mean.toFixed(3)} by ${best.name} alone`;
  return `${figures}: ${reasonOf(weighedBy, weighedLists)}`;
}

function reasonOf(weighedBy: number, weighedLists: number): string {
  if (weighedLists > 0)
    return "its weights tell what users take of what they are shown, not what they come across by themselves, which is what is measured here. A canary shows what that is worth.";
  if (weighedBy > 0)
    return "its weights were learned on the time before the one that is measured, and its lists are varied, which costs hits.";
  return "its weights were not learned.";
}
