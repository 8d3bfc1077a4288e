import { z } from "zod";

/** Version of a verdict's shape. */
export const VERDICT_VERSION = 1;

/**
 * What the evidence says. `continue`: too early to say. `no-data`: not measured; `inconclusive`:
 * measured, and not sure; `invalid`: the measurement itself cannot be trusted.
 */
export const VerdictKind = z.enum([
  "continue",
  "pass",
  "fail",
  "inconclusive",
  "invalid",
  "no-data",
]);
export type VerdictKind = z.output<typeof VerdictKind>;

/** What follows from it. */
export const VerdictAction = z.enum([
  "continue",
  "promote",
  "roll-back",
  "extend",
  "hold",
  "weight-zero",
  "keep-main",
]);
export type VerdictAction = z.output<typeof VerdictAction>;

/** What the controller reads of a verdict; the record beside it holds the evidence. */
export const Verdict = z.object({
  v: z.literal(VERDICT_VERSION),
  releaseId: z.int().positive(),
  /** Of the release's evaluation windows, from 1; a resumed rollout begins a new one. */
  window: z.int().positive(),
  /** The minute that it was made for, ISO 8601 UTC. */
  at: z.iso.datetime(),
  /** Row of the decision table, 1 to 9. */
  row: z.int().min(1).max(9),
  kind: VerdictKind,
  action: VerdictAction,
  /** One sentence with the figures, for people. */
  reason: z.string().min(1).max(1_000),
});
export type Verdict = z.output<typeof Verdict>;
