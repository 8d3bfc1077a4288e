// What recommending does to what is recommended: a month of a platform under each model, by the simulation's truth.
import { parseArgs } from "node:util";
import { z } from "zod";
import { createBlendPolicy } from "./feedback-parts/blend-policy.ts";
import { createModelPolicy } from "./feedback-parts/model-policy.ts";
import type { Policy } from "./feedback-parts/policy.ts";
import { type Lived, report } from "./feedback-parts/report.ts";
import { type Day, liveThrough } from "./feedback-parts/virtual-days.ts";

/**
 * `npm run bench -- feedback [--days 30] [--users 400] [--movies 600] [--visits 400] [--premieres 3] [--seed 1] [--seeds 1]
 * [--only NAME,NAME] [--json]`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      days: { type: "string", default: "30" },
      users: { type: "string", default: "400" },
      movies: { type: "string", default: "600" },
      visits: { type: "string", default: "400" },
      premieres: { type: "string", default: "3" },
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const firstSeed = count.parse(values.seed);
  const seeds = Array.from({ length: count.min(1).parse(values.seeds) }, (_, n) => firstSeed + n);
  const size = {
    days: count.parse(values.days),
    users: count.parse(values.users),
    movies: count.parse(values.movies),
    visitsPerDay: count.parse(values.visits),
    premieresPerDay: count.parse(values.premieres),
  };
  const only = values.only?.split(",");
  const lived: Lived[] = [];
  for (const policy of policies().filter(({ name }) => only?.includes(name) !== false)) {
    const runs: (readonly Day[])[] = [];
    for (const seed of seeds) runs.push(await liveThrough(policy, { ...size, seed }));
    lived.push({ name: policy.name, runs });
    process.stderr.write(`${policy.name} lived through ${size.days} days\n`);
  }
  process.stdout.write(values.json ? `${JSON.stringify(lived, null, 2)}\n` : report(lived));
}

const count = z.coerce.number().int().min(0);

function policies(): Policy[] {
  return [
    createModelPolicy("popularity"),
    createModelPolicy("content"),
    createModelPolicy("item_knn"),
    createModelPolicy("transitions"),
    createModelPolicy("ease"),
    createModelPolicy("ials"),
    createBlendPolicy("blend of what was found", { explores: false, learnsFromLists: false }),
    createBlendPolicy("blend", { explores: false, learnsFromLists: true }),
    createBlendPolicy("blend exploring", { explores: true, learnsFromLists: true }),
  ];
}
