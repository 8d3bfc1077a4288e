import type { AttemptError } from "../contract/exposure.ts";
import type { Outcome } from "./exchange.ts";
import { parseMovieList } from "./movie-list.ts";

/** An attempt at a list of movies: the list, and as the text it came in, or why there is none. */
export type Judgement =
  | { readonly ok: true; readonly list: readonly string[]; readonly text: string }
  | { readonly ok: false; readonly status: number | null; readonly error: AttemptError };

/**
 * Whether a replica's answer to /recommend may be passed on. The id was checked before, so that
 * every status but 200 is the replica's failure; so is a 200 that is no list of movies.
 */
export function judgeAnswer(outcome: Outcome): Judgement {
  if (outcome.kind === "failed") {
    return { ok: false, status: outcome.status, error: outcome.error };
  }
  const { status, headers, body } = outcome;
  if (status >= 500) return { ok: false, status, error: "server_error" };
  const text = body.toString();
  const list = parseMovieList(headers["content-type"], text);
  if (status !== 200 || list === undefined) return { ok: false, status, error: "invalid_answer" };
  return { ok: true, list, text };
}
