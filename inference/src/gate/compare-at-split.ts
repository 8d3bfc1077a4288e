import type { Database } from "@canarec/db-utils/database";
import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import type { BundleContents } from "../bundle/codec/index.ts";
import type { GateReport } from "../contract/gate-report.ts";
import type { GateMargins } from "../evaluation/gate-margins.ts";
import type { GateEvidence, GateMeasure } from "../evaluation/gate.ts";
import type { ListRules } from "../list-rules.ts";
import { readTimes, splitsToTry } from "./choose-split.ts";
import { type ListsMeasured, measureLists } from "./compare-lists.ts";
import { modelOf } from "./gated-model.ts";
import { isLiked } from "./is-liked.ts";
import { type ListMaker, createListMaker } from "./list-maker.ts";
import { type Refit, learnedUntilMs } from "./refit.ts";
import { type TestUser, readTestUsers } from "./test-users.ts";

/** What a comparison needs of the gate's options. */
export interface CompareOptions {
  readonly database: Pick<Database, "pool">;
  readonly margins: GateMargins;
  readonly rules: ListRules;
  /** Users that are tested, at most. */
  readonly limit: number;
  readonly refit?: Refit | undefined;
}

/** A bundle with what a replica would answer from now. */
export interface OpenBundle {
  readonly bundleId: string;
  readonly contents: BundleContents;
  readonly maker: ListMaker;
}

export interface OpenBundles {
  readonly main: OpenBundle;
  readonly candidate: OpenBundle;
}

/** Both bundles' quality over the same users. */
export interface Compared extends Pick<GateEvidence, "measures" | "coverage"> {
  readonly split: GateReport["split"];
  readonly refitted: { readonly main: boolean; readonly candidate: boolean };
}

/** Why nothing was compared. */
export interface NotCompared {
  readonly noData: string;
}

/**
 * Compare two bundles at the first split with enough users. A bundle that learned from what came after the
 * split is trained anew on what came before it; no list is made from what was not known then.
 */
export async function compareAtSplit(
  options: CompareOptions,
  bundles: OpenBundles,
): Promise<Compared | NotCompared> {
  const { database, limit, refit } = options;
  const { seed, leastUsers } = options.margins;
  const times = await readTimes(database, seed);
  if (times === undefined) return { noData: "there are no interactions to test on" };
  const both = [bundles.main, bundles.candidate];
  const until = both.map(({ contents }) => learnedUntilMs(contents));
  const isTarget = (entry: HistoryEntry) => both.some(({ maker }) => isLiked(maker.model, entry));
  const isPossible = (atMs: number) => refit !== undefined || atMs >= Math.max(...until);
  let most = 0;
  for (const atMs of splitsToTry({ ...times, bundles: until }).filter(isPossible)) {
    const { users, shown } = await readTestUsers(database, { atMs, limit, seed, isTarget });
    if (users.length >= leastUsers) return compare(options, bundles, { atMs, users, shown });
    most = Math.max(most, users.length);
  }
  return { noData: `${most} users to test on, ${leastUsers} are needed` };
}

interface AtSplit {
  readonly atMs: number;
  readonly users: readonly TestUser[];
  /** Movies that lists had shown. */
  readonly shown: number;
}

async function compare(
  { database, refit, rules: { hideAdult, barring } }: CompareOptions,
  bundles: OpenBundles,
  { atMs, users, shown }: AtSplit,
): Promise<Compared> {
  const at = new Date(atMs);
  const measured = async ({ bundleId, contents }: OpenBundle) => {
    const refitted = refit !== undefined && learnedUntilMs(contents) > atMs;
    const known = refitted ? await refit(contents, at) : contents;
    const model = await modelOf(database, { bundleId, contents: known, hideAdult, at });
    return { refitted, ...measureLists(createListMaker(model, barring), users) };
  };
  const main = await measured(bundles.main);
  const candidate = await measured(bundles.candidate);
  const targets = users.reduce((sum, user) => sum + user.targets.size, 0);
  return {
    split: { at: at.toISOString(), users: users.length, targets, shown },
    measures: measuresOf(main, candidate),
    coverage: { main: main.coverage, candidate: candidate.coverage },
    refitted: { main: main.refitted, candidate: candidate.refitted },
  };
}

function measuresOf(main: ListsMeasured, candidate: ListsMeasured): GateMeasure[] {
  return Array.from(main.measures, ([name, ofMain]) => ({
    name,
    main: ofMain,
    candidate: candidate.measures.get(name) ?? new Float64Array(0),
  }));
}
