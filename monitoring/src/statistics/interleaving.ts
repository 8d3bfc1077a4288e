import { fairCoinTwoSided } from "./exact-binomial.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** Users by the arm that more of their watched movies came from. */
export interface Preferences {
  readonly nightly: number;
  readonly main: number;
  readonly ties: number;
}

export interface PreferenceTest {
  readonly kind: "test";
  /** (nightly − main) / all users, ties too; in [−1, 1]. */
  readonly difference: number;
  /** Of the sign test's normal approximation. */
  readonly z: number;
  /** Exact two-sided p of the sign test; ties tell nothing. */
  readonly p: number;
}

/** The sign test of team-draft interleaving (Radlinski, Kurup & Joachims, CIKM 2008). */
export function preferenceTest(users: Preferences): PreferenceTest | Undefined {
  const decided = users.nightly + users.main;
  if (decided === 0) return undefinedBecause("too_few_users");
  const lead = users.nightly - users.main;
  return {
    kind: "test",
    difference: lead / (decided + users.ties),
    z: lead / Math.sqrt(decided),
    p: fairCoinTwoSided(users.nightly, decided),
  };
}
