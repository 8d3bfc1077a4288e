/** A bundle as the collection of garbage sees it. */
export interface BundleFacts {
  readonly bundleId: string;
  readonly createdAtMs: number;
  readonly state: "building" | "complete";
  readonly pinned: boolean;
}

/** A release as far as it needs a bundle. */
export interface ReleaseFacts {
  /** Null: its own has not been built yet. */
  readonly bundleId: string | null;
  /** Nothing happens to it any more: promoted, rolled back, aborted or failed. */
  readonly ended: boolean;
  /** When it became main; null: it never did, or was rolled back. */
  readonly mainSinceMs: number | null;
  /** How long the main before it is kept warm for a way back. */
  readonly rollbackWindowMs: number;
}

/** All that says which bundles are needed. */
export interface BundleNeeds {
  readonly bundles: readonly BundleFacts[];
  readonly releases: readonly ReleaseFacts[];
  /** Of releases whose replicas run, and of answers of the last hour: whoever gave them. */
  readonly served: readonly string[];
  /** Of training runs that succeeded, the newest first. */
  readonly trained: readonly string[];
}

export interface BundleLimits {
  /** Newest complete bundles that stay. */
  readonly newest: number;
  /** Releases that became main, the newest first, whose bundles stay: as many as their builds. At least 1. */
  readonly mains: number;
  /** Newest training runs whose bundles stay. */
  readonly trained: number;
  /** A younger one may be on its way to a release. */
  readonly leastAgeMs: number;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_BUNDLE_LIMITS: BundleLimits = {
  newest: 10,
  mains: 5,
  trained: 10,
  leastAgeMs: 24 * HOUR_MS,
};

/** Why a bundle stays. `building`: only whoever builds it knows whether it is abandoned. */
export const BUNDLE_REASONS = [
  "building",
  "pinned",
  "main",
  "way-back",
  "under-way",
  "served",
  "trained",
  "young",
  "newest",
] as const;
export type BundleReason = (typeof BUNDLE_REASONS)[number];

/**
 * Why each bundle stays; one without a reason may go. Main is the release that became main last and was not rolled back. The
 * main before any release within its rollback window is its way back; so is the main before that one while its own
 * window lasts. Of equally old bundles those with the smaller id count as newer.
 *
 * @returns an entry for each bundle, in their order, with every reason in the order of `BUNDLE_REASONS`.
 */
export function bundleReasons(
  needs: BundleNeeds,
  limits: BundleLimits,
  nowMs: number,
): ReadonlyMap<string, readonly BundleReason[]> {
  const { bundles, releases } = needs;
  const mains = mainsOf(releases);
  const complete = bundles
    .filter(({ state }) => state === "complete")
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs || (a.bundleId < b.bundleId ? -1 : 1));
  const named: Readonly<Partial<Record<BundleReason, ReadonlySet<string | null | undefined>>>> = {
    main: idsOf(mains.slice(0, Math.max(1, limits.mains))),
    "way-back": idsOf(waysBack(mains, nowMs)),
    "under-way": idsOf(releases.filter(({ ended }) => !ended)),
    served: new Set(needs.served),
    trained: new Set(needs.trained.slice(0, Math.max(0, limits.trained))),
    newest: idsOf(complete.slice(0, Math.max(0, limits.newest))),
  };
  const holds = (bundle: BundleFacts, reason: BundleReason): boolean => {
    if (reason === "building") return bundle.state === "building";
    if (reason === "pinned") return bundle.pinned;
    if (reason === "young") return nowMs - bundle.createdAtMs < limits.leastAgeMs;
    return named[reason]?.has(bundle.bundleId) ?? false;
  };
  return new Map(
    bundles.map((bundle) => [
      bundle.bundleId,
      BUNDLE_REASONS.filter((reason) => holds(bundle, reason)),
    ]),
  );
}

type MainFacts = ReleaseFacts & { readonly mainSinceMs: number };

/** The newest first. */
function mainsOf(releases: readonly ReleaseFacts[]): readonly MainFacts[] {
  return releases
    .filter((release): release is MainFacts => release.mainSinceMs !== null)
    .toSorted((a, b) => b.mainSinceMs - a.mainSinceMs);
}

function waysBack(mains: readonly MainFacts[], nowMs: number): readonly ReleaseFacts[] {
  return mains.filter((_, i) => {
    const after = mains[i - 1];
    return after !== undefined && nowMs <= after.mainSinceMs + after.rollbackWindowMs;
  });
}

function idsOf(
  all: readonly { readonly bundleId: string | null }[],
): ReadonlySet<string | null | undefined> {
  return new Set(all.map(({ bundleId }) => bundleId));
}
