import type { BundleContents } from "../bundle/codec/index.ts";

/** Train a bundle's learned part anew, by its own parameters, on what was known at a time. */
export type Refit = (contents: BundleContents, at: Date) => Promise<BundleContents>;

/**
 * The latest event that a bundle's learned part was fitted on, in milliseconds since 1970; −∞ without one.
 * Counts do not matter: at a split they are put in place anew.
 */
export function learnedUntilMs({ learned }: Pick<BundleContents, "learned">): number {
  const until = learned?.from.until ?? null;
  return until === null ? Number.NEGATIVE_INFINITY : Date.parse(until);
}
