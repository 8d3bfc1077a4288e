import type { Platform } from "@canarec/simulator/world/platform";
import { randomStream } from "@canarec/simulator/world/random";

/** Lists of one build by user. */
export type Lists = ReadonlyMap<number, readonly string[]>;

export interface TrueShares {
  /** Share of visiting users who watched a movie that was recommended to them, of all evaluations. */
  readonly main: number;
  readonly nightly: number;
}

/** Users of so many evaluations, a number of visits each, in the order of their visits. */
export function drawVisitors(
  platform: Platform,
  { evaluations, visits }: { readonly evaluations: number; readonly visits: number },
): number[][] {
  const random = randomStream(platform.seed, "visitors");
  return Array.from({ length: evaluations }, () =>
    Array.from({ length: visits }, () => platform.population.draw(random)),
  );
}

/**
 * What the simulated truth makes of two builds: the same visitors are shown the lists of either, each time
 * by a platform of its own whose chance is the same.
 *
 * @param make a new platform; always the same one.
 */
export function trueShares(
  make: () => Platform,
  visitors: readonly (readonly number[])[],
  lists: { readonly main: Lists; readonly nightly: Lists },
): TrueShares {
  const nowMs = Date.now();
  const shareOf = (of: Lists) => {
    const platform = make();
    const shares = visitors.map((users) => {
      const hits = new Map(users.map((user) => [user, false]));
      for (const user of users) {
        const { position } = platform.visit(user, of.get(user) ?? [], nowMs);
        if (position !== undefined) hits.set(user, true);
      }
      return [...hits.values()].filter((hit) => hit).length / hits.size;
    });
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  };
  return { main: shareOf(lists.main), nightly: shareOf(lists.nightly) };
}
