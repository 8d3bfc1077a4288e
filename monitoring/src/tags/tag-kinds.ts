import type { ReleasedService } from "@canarec/db-utils/releases/service-release-repository";

/** What a tag asks for. */
export type TagWish =
  /** A build of the recommender; judged, or made main as soon as the offline gate has passed it. */
  | { readonly kind: "recommender"; readonly judged: boolean }
  | { readonly kind: "service"; readonly service: ReleasedService };

/** All that are wishes to release, by the beginning of their names. */
const WISHES: Readonly<Record<string, TagWish>> = {
  "release-recommender-nightly-": { kind: "recommender", judged: true },
  "release-recommender-main-": { kind: "recommender", judged: false },
  "release-parser-": { kind: "service", service: "stream-parser" },
  "release-load-balancer-": { kind: "service", service: "load-balancer" },
  "release-monitoring-": { kind: "service", service: "monitoring" },
};

export const TAG_PREFIXES: readonly string[] = Object.keys(WISHES);

const REST = /^[\w.-]{1,200}$/;

/** How every tag begins that is meant to ask for a release, whether it does or not. */
export const TAG_BEGINNING = "release-";

/** Why a tag that seems to ask for a release does not. */
export const NO_WISH = `it is none of ${TAG_PREFIXES.map((prefix) => `${prefix}*`).join(", ")}, of letters, digits, ".", "_" and "-"`;

/** Undefined for a tag that asks for nothing. */
export function wishOf(tag: string): TagWish | undefined {
  const prefix = TAG_PREFIXES.find((one) => tag.startsWith(one));
  if (prefix === undefined || !REST.test(tag.slice(prefix.length))) return undefined;
  return WISHES[prefix];
}
