import type { Database } from "@canarec/db-utils/database";
import type { GateEvidence, InvalidAnswer } from "../evaluation/gate.ts";
import { packHistory } from "../history/read-history.ts";
import type { BarReason, BarRule } from "../retrieval/bar-rule.ts";
import { barredMovies } from "../serving/barred-movies.ts";
import { LIST_LENGTH } from "../serving/user-answers.ts";
import type { ListMaker } from "./list-maker.ts";
import { readHistories, sampleUsers } from "./read-users.ts";

/** Users whose lists are looked at. */
const CHECKED_USERS = 1_000;

/** Which movies a list may hold, by movie key. */
export interface Allowed {
  readonly barred: ReadonlyMap<number, BarReason>;
  readonly known: ReadonlySet<number>;
}

const WORDS: Readonly<Record<BarReason, string>> = {
  rated: "has been rated",
  watched: "has been watched",
  hidden: "is hidden by the user",
  excluded: "was left out by the request",
  kept_from_all: "is shown to nobody",
};

/** What is wrong with a list; undefined for nothing. */
export function listProblem(
  list: readonly number[],
  { barred, known }: Allowed,
): string | undefined {
  const stranger = list.find((movie) => !known.has(movie));
  if (stranger !== undefined) return `movie ${stranger} is not in the catalogue`;
  if (new Set(list).size !== list.length) return "a movie is listed twice";
  for (const movie of list) {
    const reason = barred.get(movie);
    if (reason !== undefined) return `movie ${movie} ${WORDS[reason]}`;
  }
  let left = known.size;
  for (const movie of barred.keys()) if (known.has(movie)) left -= 1;
  const expected = Math.min(LIST_LENGTH, left);
  return list.length === expected ? undefined : `${list.length} movies instead of ${expected}`;
}

/** Make the lists that sampled users would get now, and look at each. */
export async function checkAnswers(
  database: Pick<Database, "pool">,
  maker: ListMaker,
  { seed, rule }: { readonly seed: number; readonly rule: BarRule },
): Promise<GateEvidence["answers"]> {
  const ids = await sampleUsers(database, { limit: CHECKED_USERS, seed });
  const { model } = maker;
  const known = new Set(model.movies.map(({ movieKey }) => movieKey));
  const invalid: InvalidAnswer[] = [];
  for await (const user of readHistories(database, ids)) {
    const { userId, hidden } = user;
    const history = packHistory(user.entries);
    const barred = new Map<number, BarReason>();
    barredMovies(model, { history, hidden, rule }, (movie, reason) => {
      barred.set(model.movies[movie]?.movieKey ?? -1, reason);
    });
    const problem = listProblem(maker.list(user), { barred, known });
    if (problem !== undefined) invalid.push({ user: userId, problem });
  }
  return { asked: ids.length, invalid };
}
