import type { Finding } from "./sighting.ts";

/** What is remembered of something that is watched, between two looks. */
export interface Watched {
  /** Since when it is bad without a break; null while it is not. */
  readonly badSinceMs: number | null;
  readonly goodSinceMs: number | null;
}

export const UNSEEN: Watched = { badSinceMs: null, goodSinceMs: null };

/**
 * One look further. A trouble begins when it was bad without a good look for `beginMs`, and ends when it was good without
 * a bad look for `endMs`; looks that say nothing change nothing. So what goes up and down is told once.
 *
 * @param isOpen whether its beginning has been told, and not its end.
 */
export function afterLook(
  before: Watched,
  finding: Finding,
  {
    nowMs,
    isOpen,
    beginMs,
    endMs,
  }: { nowMs: number; isOpen: boolean; beginMs: number; endMs: number },
): { readonly watched: Watched; readonly event: "begins" | "ends" | undefined } {
  if (finding.kind === "unclear") return { watched: before, event: undefined };
  if (finding.kind === "bad") {
    const badSinceMs = before.badSinceMs ?? nowMs;
    const event = !isOpen && nowMs - badSinceMs >= beginMs ? "begins" : undefined;
    return { watched: { badSinceMs, goodSinceMs: null }, event };
  }
  const goodSinceMs = before.goodSinceMs ?? nowMs;
  const event = isOpen && nowMs - goodSinceMs >= endMs ? "ends" : undefined;
  return { watched: { badSinceMs: null, goodSinceMs }, event };
}
