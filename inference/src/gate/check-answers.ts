import type { Database } from "@canarec/db-utils/database";
import type { GateEvidence, InvalidAnswer } from "../evaluation/gate.ts";
import { LIST_LENGTH } from "../serving/user-answers.ts";
import type { ListMaker } from "./list-maker.ts";
import { readHistories, sampleUsers } from "./read-users.ts";

/** Users whose lists are looked at. */
const CHECKED_USERS = 1_000;

/** What is wrong with a list; undefined for nothing. */
export function listProblem(
  list: readonly number[],
  {
    watched,
    known,
  }: { readonly watched: ReadonlySet<number>; readonly known: ReadonlySet<number> },
): string | undefined {
  const stranger = list.find((movie) => !known.has(movie));
  if (stranger !== undefined) return `movie ${stranger} is not in the catalogue`;
  if (new Set(list).size !== list.length) return "a movie is listed twice";
  const seen = list.find((movie) => watched.has(movie));
  if (seen !== undefined) return `movie ${seen} has been watched`;
  let left = known.size;
  for (const movie of watched) if (known.has(movie)) left -= 1;
  const expected = Math.min(LIST_LENGTH, left);
  return list.length === expected ? undefined : `${list.length} movies instead of ${expected}`;
}

/** Make the lists that sampled users would get now, and look at each. */
export async function checkAnswers(
  database: Pick<Database, "pool">,
  maker: ListMaker,
  seed: number,
): Promise<GateEvidence["answers"]> {
  const ids = await sampleUsers(database, { limit: CHECKED_USERS, seed });
  const known = new Set(maker.model.movies.map(({ movieKey }) => movieKey));
  const invalid: InvalidAnswer[] = [];
  for await (const { userId, entries } of readHistories(database, ids)) {
    const watched = new Set(entries.map(({ movieKey }) => movieKey));
    const problem = listProblem(maker.list(userId, entries), { watched, known });
    if (problem !== undefined) invalid.push({ user: userId, problem });
  }
  return { asked: ids.length, invalid };
}
