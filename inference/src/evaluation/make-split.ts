import type { Interactions } from "../models/interactions.ts";
import { leaveOneOutSplit } from "./leave-one-out.ts";
import type { SplitOptions } from "./split-options.ts";
import type { Protocol, Split } from "./split.ts";
import { type StrongSplitOptions, strongSplit } from "./strong-split.ts";
import { temporalSplit } from "./temporal-split.ts";
import { gorseSplit, weakSplit } from "./weak-split.ts";

/** What a protocol may be told; each takes what it has. */
export type ProtocolOptions = Pick<SplitOptions, "likedFrom" | "seed"> &
  Pick<StrongSplitOptions, "heldOut"> & { readonly cutAt?: number };

/**
 * The split of a protocol, by its usual numbers.
 *
 * @throws ServiceError "invalid_argument" for an option outside its range.
 */
export function makeSplit(of: Interactions, protocol: Protocol, options: ProtocolOptions): Split {
  switch (protocol) {
    case "strong":
      return strongSplit(of, options);
    case "weak":
      return weakSplit(of, options);
    case "gorse":
      return gorseSplit(of, options);
    case "leave-one-out":
      return leaveOneOutSplit(of, options);
    case "temporal":
      return temporalSplit(of, options);
  }
}
