import type { FitTools } from "./model.ts";

/** Steps of a loop between two reports: few enough for a short stop, many enough to cost nothing. */
const REPORTS = 50;

/**
 * Report how far a fit is, let other work have its turn, and end the fit if it is no longer wanted.
 *
 * @param share in [0, 1].
 * @throws what the signal was aborted with.
 */
export async function reportStep(
  { progress, signal }: Pick<FitTools, "progress" | "signal">,
  share: number,
): Promise<void> {
  signal?.throwIfAborted();
  await progress(share);
  signal?.throwIfAborted();
}

/** Whether to report after this many of so many steps: about fifty times in all. */
export function isReportDue(done: number, of: number): boolean {
  return done % Math.max(1, Math.floor(of / REPORTS)) === 0;
}
