import type { RowStep } from "../../models/linear-algebra/row-step.ts";

/** What a worker thread is told: a step whose arrays are in shared memory. */
export interface SolveRequest {
  readonly step: RowStep;
  /** The first row that nobody has taken yet, (1), in shared memory. */
  readonly next: Int32Array;
}

/** What a worker thread answers when no row is left. */
export type SolveAnswer =
  { readonly kind: "solved" } | { readonly kind: "failed"; readonly message: string };
