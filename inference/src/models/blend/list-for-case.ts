import type { CaseAnswers } from "./ask-for-case.ts";
import type { Blend } from "./blend.ts";
import { type ListParts, makeList } from "./make-list.ts";

/** What is shown: what follows is only ever looked at by measures of deep lists. */
const SHOWN = 20;

/**
 * A deep list, as measures want it: first the list of 20 as users see it, then all other candidates by score.
 *
 * @param depth at most so many movies.
 */
export function listForCase(
  blend: Blend,
  answers: CaseAnswers,
  parts: Pick<ListParts, "space" | "draw">,
  depth: number,
): Int32Array {
  const shown = makeList(blend, { ...answers, ...parts }, Math.min(SHOWN, depth)).list;
  const still = { ...blend.variety, weight: 0 };
  const calm = { ...blend, variety: still, exploration: { ...blend.exploration, chance: 0 } };
  const byScore = makeList(calm, { ...answers, ...parts }, answers.candidates.length).list;
  const isShown = new Set(shown);
  const rest = byScore.filter((movie) => !isShown.has(movie));
  return Int32Array.from([...shown, ...rest].slice(0, depth));
}
