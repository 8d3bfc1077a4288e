import { readKnownUser } from "@canarec/db-utils/users/read-known-user";
import { modelOf, readBundle } from "@canarec/inference/gate/gated-model";
import { packHistory } from "@canarec/inference/history/read-history";
import { absenceOf } from "@canarec/inference/routes/explain-not";
import { explainNot } from "@canarec/inference/serving/explain-not";
import { createRecommender } from "@canarec/inference/serving/recommender";
import type { BarReason } from "@canarec/inference/retrieval/bar-rule";
import { LIST_LENGTH } from "@canarec/inference/serving/user-answers";
import { ServiceError } from "@canarec/service-kit/errors";
import { findBundleId } from "@canarec/vectordb-scripts/bundle/read-bundles";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { withDatabase } from "../with-database.ts";
import { askJson } from "./ask-json.ts";

export interface NotListedOptions extends CommonOptions {
  readonly not: string;
  /** Made here from this bundle and the database; absent: asked at the public address. */
  readonly bundle?: string;
  readonly url?: string;
}

const Absence = z.looseObject({
  userId: z.number(),
  bundle: z.string(),
  movie: z.looseObject({ id: z.string(), title: z.string().nullable() }),
  place: z.number().nullable(),
  isBarred: z.boolean(),
  /** A replica of an older build gives none. */
  barredBecause: z.array(z.string()).default([]),
  personalised: z.boolean(),
  rank: z.number(),
  candidates: z.number(),
  score: z.number(),
  scoreNeeded: z.number().nullable(),
  /** A replica of an older build gives none. */
  crowdedOut: z
    .object({
      place: z.number(),
      movie: z.looseObject({ id: z.string(), title: z.string().nullable() }),
      likeness: z.number(),
      cost: z.number(),
    })
    .nullable()
    .default(null),
  models: z.array(
    z.object({
      model: z.string(),
      weight: z.number(),
      score: z.number(),
      rank: z.number(),
      rankNeeded: z.number().nullable(),
    }),
  ),
});
type Absence = z.output<typeof Absence>;

/** `canarec recommend USER --not MOVIE` */
export async function notListedAction(
  context: CliContext,
  userId: number,
  options: NotListedOptions,
): Promise<void> {
  const answer =
    options.bundle === undefined
      ? await askReplica(context, userId, options)
      : await askBundle(context, userId, { ...options, bundle: options.bundle });
  printResult(context, options, answer, inWords);
}

async function askReplica(
  context: CliContext,
  userId: number,
  options: NotListedOptions,
): Promise<Absence> {
  const publicUrl = options.url ?? findServers(context, options).publicUrl();
  const movie = encodeURIComponent(options.not);
  return askJson(new URL(`/api/v1/users/${userId}/explain-not/${movie}`, publicUrl), Absence);
}

/** The answer of a replica that would serve the bundle now. @throws ServiceError "not_found". */
async function askBundle(
  context: CliContext,
  userId: number,
  options: NotListedOptions & { readonly bundle: string },
): Promise<Absence> {
  return await withDatabase(context, options, async (database, { listRules }) => {
    const { barring, hideAdult } = listRules;
    const bundleId = await findBundleId(database, options.bundle);
    const contents = await readBundle(database, bundleId);
    const model = await modelOf(database, { bundleId, contents, hideAdult });
    const movie = model.indexOfId(options.not);
    if (movie === undefined) {
      throw new ServiceError("not_found", `no movie ${JSON.stringify(options.not)} in this bundle`);
    }
    const { entries, ...known } = await readKnownUser(database, userId);
    const history = packHistory(entries);
    const found = explainNot(model, createRecommender({ barring }), {
      ...{ ...known, history, movie },
      n: LIST_LENGTH,
    });
    return Absence.parse(absenceOf(userId, { ...found, model, movie }));
  });
}

function inWords(answer: Absence): string {
  const { movie, place, isBarred, barredBecause, rank, candidates, score, scoreNeeded, models } =
    answer;
  const { crowdedOut } = answer;
  const name = movie.title ?? movie.id;
  const lines = [];
  if (place !== null) lines.push(`${name} is in the list, at place ${place}.`);
  else if (isBarred)
    lines.push(`${name} is never in the list: ${barredBecause.map(barWords).join(", ")}.`);
  else lines.push(`${name} is not in the list.`);
  const ranked = `rank ${rank} of ${candidates} with a score of ${score.toFixed(3)}`;
  lines.push(isBarred ? `But for that: ${ranked}.` : `It has ${ranked}.`);
  if (place === null && scoreNeeded !== null)
    lines.push(`The list ends at ${scoreNeeded.toFixed(3)}.`);
  if (crowdedOut !== null) lines.push(crowdedWords(crowdedOut));
  if (models.length === 0) return lines.join("\n");
  const head = ["model", "weight", "score", "rank", "rank needed of it alone"];
  const rows = models.map((one) => [
    one.model,
    one.weight.toFixed(3),
    one.score.toFixed(4),
    one.rank,
    one.rankNeeded === null ? "not by it alone" : String(one.rankNeeded),
  ]);
  return [...lines, "", table(head, rows)].join("\n");
}

function crowdedWords({
  movie,
  place,
  likeness,
  cost,
}: NonNullable<Absence["crowdedOut"]>): string {
  const other = `${movie.title ?? movie.id}, at place ${place}`;
  return `Variety keeps it out: for its likeness of ${likeness.toFixed(2)} to ${other}, ${cost.toFixed(3)} is taken off its score.`;
}

const BAR_WORDS: Readonly<Record<string, string>> = {
  rated: "the user has rated it",
  watched: "the user has watched it",
  hidden: "the user hides it",
  excluded: "the request leaves it out",
  kept_from_all: "nobody is shown it",
} satisfies Record<BarReason, string>;

/** Of a reason that a newer replica gives, its name. */
function barWords(reason: string): string {
  return BAR_WORDS[reason] ?? reason;
}
