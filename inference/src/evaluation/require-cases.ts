import { ServiceError } from "@canarec/service-kit/errors";
import { LEAST_LIKED } from "./split-options.ts";
import type { Protocol, Split } from "./split.ts";

const ENOUGH_LIKED = `users who liked at least ${LEAST_LIKED} movies`;

/** Whom each protocol asks. */
const ASKED: Readonly<Record<Protocol, string>> = {
  strong: `two or more ${ENOUGH_LIKED}`,
  weak: ENOUGH_LIKED,
  gorse: ENOUGH_LIKED,
  "leave-one-out": ENOUGH_LIKED,
  temporal: "users who met a movie before its moment and liked another after it",
};

/**
 * See that a split asks somebody, before anything is learned from it.
 *
 * @throws ServiceError "failed_precondition" where it asks nobody, with whom its protocol would ask.
 */
export function requireCases({ protocol, cases }: Pick<Split, "protocol" | "cases">): void {
  if (cases.length > 0) return;
  const message = `the ${protocol} split has nobody to ask: there are no ${ASKED[protocol]}`;
  throw new ServiceError("failed_precondition", message);
}
