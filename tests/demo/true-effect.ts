import type { Platform } from "@canarec/simulator/world/platform";
import { firstMinuteDelayMs } from "@canarec/simulator/world/first-minute";
import { randomStream } from "@canarec/simulator/world/random";

/** Lists of one build by user. */
export type Lists = ReadonlyMap<number, readonly string[]>;

export interface TrueShares {
  /** Share of visiting users who watched a movie that was recommended to them, of all evaluations. */
  readonly main: number;
  readonly nightly: number;
}

export interface Visitors {
  /** Users of so many evaluations, in the order of their visits. */
  readonly visitors: readonly (readonly number[])[];
  readonly attributionSeconds: number;
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
 * What the simulated truth makes of two builds: the same visitors are shown the lists of either, each time by a platform of
 * its own whose chance is the same. As the judge counts, only a user's first visit matters, and only what was begun
 * within the attribution window.
 *
 * @param make a new platform; always the same one.
 */
export function trueShares(
  make: () => Platform,
  { visitors, attributionSeconds }: Visitors,
  lists: { readonly main: Lists; readonly nightly: Lists },
): TrueShares {
  const nowMs = Date.now();
  const shareOf = (of: Lists) => {
    const platform = make();
    const random = randomStream(platform.seed, "first minutes");
    const shares = visitors.map((visits) => {
      const users = [...new Set(visits)];
      const hits = users.filter((user) => {
        const { position } = platform.visit(user, of.get(user) ?? [], nowMs);
        const delayMs = firstMinuteDelayMs(random);
        return position !== undefined && delayMs <= attributionSeconds * 1_000;
      });
      return hits.length / users.length;
    });
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  };
  return { main: shareOf(lists.main), nightly: shareOf(lists.nightly) };
}
