import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { Summaries } from "../analysis/assemble-inputs.ts";
import { dueLook, entryEndMs, strataAtLook } from "../analysis/evaluation-window.ts";
import { mergeSums } from "../statistics/sufficient-sums.ts";
import { pooledTest } from "../statistics/two-proportions.ts";

/** What a test of two shares makes of the users of a look, as if it were the only one. */
export interface FixedLook {
  readonly look: 1 | 2;
  readonly main: { readonly successes: number; readonly users: number };
  readonly nightly: { readonly successes: number; readonly users: number };
  /** Nightly − main, of users who watched; null without variation. */
  readonly z: number | null;
}

/** Looks at the same mature users as the judge, each look once, and tests the shares who watched. */
export class FixedTest {
  readonly looks: FixedLook[] = [];
  readonly #plan: ReleasePlan;

  constructor(plan: ReleasePlan) {
    this.#plan = plan;
  }

  look(
    { window, summedToMs, sums }: Pick<Summaries, "window" | "summedToMs" | "sums">,
    atMs: number,
  ): void {
    const look = window === undefined ? 0 : dueLook(this.#plan, window, atMs);
    if (window === undefined || look === 0 || this.looks.some((one) => one.look === look)) return;
    if (summedToMs === undefined || summedToMs < entryEndMs(this.#plan, window, look)) return;
    const strata = strataAtLook(this.#plan, window, look);
    const of = (track: "main" | "nightly") => {
      const own = sums.filter(
        (one) => one.metric === "watched_share" && one.track === track && one.stratum < strata,
      );
      const { n, s } = mergeSums(own.map((one) => one.sums));
      return { successes: Number(s), users: Number(n) };
    };
    const [main, nightly] = [of("main"), of("nightly")];
    const test = pooledTest(main, nightly);
    this.looks.push({ look, main, nightly, z: test.kind === "test" ? test.z : null });
  }
}
