import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";
import type { ModelName } from "../models/model.ts";
import type { ModelPlan } from "./model-plan.ts";

/** What a parameter may be: a number between two, evenly or evenly in its logarithm. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly scale: "even" | "log";
}

const even = (from: number, to: number): Range => ({ from, to, scale: "even" });
const log = (from: number, to: number): Range => ({ from, to, scale: "log" });

const OF_STEPS: Readonly<Record<string, Range>> = {
  ...{ stepDecay: even(0.5, 1), backward: even(0, 1), shrinkage: log(0.1, 300) },
  ...{ beta: even(0, 1), lastDecay: even(0.8, 1) },
};

/** What is searched of each model; one without an entry keeps its parameters: a list is not what svd is for. */
export const SEARCH_SPACES: Readonly<Partial<Record<ModelName, Readonly<Record<string, Range>>>>> =
  {
    popularity: { halfLifeDays: log(1, 36_500) },
    content: { preferencePower: even(0, 2), recencyFloor: even(0, 1) },
    item_knn: {
      ...{ shrinkage: log(0.01, 100), asymmetry: even(0, 1), userDamping: even(0, 1) },
      ...{ preferencePower: even(0, 2), recencyFloor: even(0, 1) },
    },
    rp3beta: {
      ...{ alpha: even(0.2, 1.5), beta: even(0, 1), recencyFloor: even(0, 1) },
      ...{ peopleWeight: log(0.001, 1), genreWeight: log(0.001, 1) },
    },
    transitions: OF_STEPS,
    sequence: OF_STEPS,
    newness: { halfLifeDays: log(7, 3_650) },
    approval: { damping: log(1, 200) },
    ease: { lambda: log(10, 3_000), preferencePower: even(0, 2), lift: even(0, 0.9) },
    ials: { unobservedWeight: log(0.005, 0.5), lambda: log(0.001, 0.3), lift: even(0, 0.9) },
  };

/**
 * Configs to try, one after the other, without end: first the plan's own, then drawn at random (Bergstra, Bengio
 * 2012). The same plan and seed give the same.
 */
export function* configsToTry(
  { name, config }: ModelPlan,
  seed: number,
): Generator<ModelPlan["config"]> {
  yield config;
  const space = Object.entries(SEARCH_SPACES[name] ?? {});
  if (space.length === 0) return;
  const generator = mersenne(seed);
  for (;;) {
    const drawn = space.map(([key, range]) => [key, valueIn(range, uniformFloat64(generator))]);
    yield { ...config, ...(Object.fromEntries(drawn) as Record<string, number>) };
  }
}

/** To four digits, so that what is stored and shown is what was tried. */
function valueIn({ from, to, scale }: Range, uniform: number): number {
  const value =
    scale === "even"
      ? from + uniform * (to - from)
      : from * Math.exp(uniform * Math.log(to / from));
  return Number(value.toPrecision(4));
}
