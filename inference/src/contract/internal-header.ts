import { z } from "zod";

/** The header by which inference tells the load balancer about an answer. Never sent to users. */
export const INTERNAL_HEADER = "x-canarec-internal";

/** Why a list is as it is. */
export const LIST_REASONS = [
  /** From the user's history. */
  "history",
  /** From what the user writes of themselves, for the history tells no taste. */
  "description",
  /** From what people of the user's age, gender or occupation like, for the history tells no taste. */
  "demographics",
  /** Nothing is known of the user, or nothing that tells their taste: the popular list. */
  "no_signals",
  /** The database is away: from the history as it was when last read. */
  "stale_history",
  /** The database is away, and the user's history is not in memory: the popular list. */
  "history_unavailable",
] as const;
export type ListReason = (typeof LIST_REASONS)[number];

/** Value of the header, as JSON. */
export const InternalHeader = z.object({
  /** Which code answered, e.g. a git sha. */
  build: z.string().min(1).max(200),
  /** Bundle id. */
  bundle: z.string().regex(/^[0-9a-f]{64}$/),
  /** Whether what is known of the user proposed at least one movie of the list. */
  personalised: z.boolean(),
  /** Chance of each movie of the list under a randomised policy; null while lists are deterministic. */
  propensities: z.array(z.number().min(0).max(1)).nullable(),
  reason: z.enum(LIST_REASONS),
});
export type InternalHeader = z.infer<typeof InternalHeader>;
