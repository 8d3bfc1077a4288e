import { z } from "zod";
import { Track } from "./exposure.ts";

/** Version of the snapshot's shape. */
export const ROUTING_SNAPSHOT_VERSION = 1;

/** One process that serves a build. */
export const Replica = z.object({
  /** Unique among all replicas of both tracks; names it in metrics and exposures. */
  name: z.string().min(1).max(256),
  url: z.url({ protocol: /^https?$/ }),
});
export type Replica = z.output<typeof Replica>;

/**
 * What the data plane needs to know to route: written by the controller alone, kept on disk by each
 * data plane, acknowledged by version and named in every exposure.
 */
export const RoutingSnapshot = z
  .object({
    v: z.literal(ROUTING_SNAPSHOT_VERSION),
    /** Grows by one with every snapshot. */
    version: z.int().nonnegative(),
    /** Fencing epoch of the writing controller; a data plane refuses one older than it has seen. */
    epoch: z.int().nonnegative(),
    /** Share of the users assigned to nightly, in [0, 1]; main has the rest. */
    nightlyWeight: z.number().min(0).max(1),
    /** Of the release under way; users are drawn anew with each. */
    salt: z.string().regex(/^[\x21-\x7e]{1,128}$/, "expected 1 to 128 printable ASCII characters"),
    /** Step of the rollout's plan; 0 while no release is under way. */
    step: z.int().nonnegative(),
    /** Nightly's weight counts as 0 from then on; null without a nightly. */
    leaseEndsAt: z.iso.datetime().nullable(),
    /** The release that nightly serves; null while none is under way. */
    releaseId: z.int().positive().nullable().default(null),
    /** Share of main's requests that are sent to nightly too, answers compared and thrown away. */
    shadowShare: z.number().min(0).max(1).default(0),
    replicas: z.object({ main: z.array(Replica).min(1), nightly: z.array(Replica) }),
    /** Users put on a track by an operator; left out of the analysis. */
    pinned: z.record(z.string().regex(/^\d{1,16}$/), Track),
  })
  .refine((s) => s.nightlyWeight === 0 || s.leaseEndsAt !== null, {
    path: ["leaseEndsAt"],
    message: "a weight above 0 needs a lease",
  })
  .refine((s) => s.nightlyWeight === 0 || s.replicas.nightly.length > 0, {
    path: ["replicas", "nightly"],
    message: "a weight above 0 needs a replica",
  })
  .refine((s) => s.shadowShare === 0 || s.replicas.nightly.length > 0, {
    path: ["replicas", "nightly"],
    message: "shadowing needs a replica",
  })
  .refine((s) => namesAreUnique([...s.replicas.main, ...s.replicas.nightly]), {
    path: ["replicas"],
    message: "two replicas have the same name",
  });
export type RoutingSnapshot = z.output<typeof RoutingSnapshot>;

function namesAreUnique(replicas: readonly Replica[]): boolean {
  return new Set(replicas.map((replica) => replica.name)).size === replicas.length;
}
