/** What a call may know when it decides how to go on. */
export interface CallView {
  /** An attempt has failed, or none has ended within the usual time. */
  readonly event: "failed" | "slow";
  /** Attempts begun so far. */
  readonly begun: number;
  /** Attempts without an end. */
  readonly open: number;
  /** Whether there is a replica that has not been tried yet. */
  readonly another: boolean;
}

export type Move = "try_again" | "wait" | "give_up";

/** The first attempt and one more. */
const MOST_ATTEMPTS = 2;

/**
 * How a call goes on after trouble: one second attempt, at once after a failure, and elsewhere
 * while the first is still out when that is slow. A slow one is not cut off, as it may yet win.
 *
 * After a failure the same replica will do if there is no other: it may have been just a
 * connection that its idle limit closed.
 */
export function nextMove(view: CallView): Move {
  const mayTry = view.begun < MOST_ATTEMPTS && (view.another || view.event === "failed");
  if (mayTry && view.begun > 0) return "try_again";
  return view.open > 0 ? "wait" : "give_up";
}
