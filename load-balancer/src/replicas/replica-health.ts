import type { AttemptError } from "../contract/exposure.ts";
import { ErrorWindow } from "./error-window.ts";

/** Failures in a row after which a replica is ejected (Linkerd 7, Envoy 5). */
const CONSECUTIVE_FAILURES = 5;

/** A replica that fails at least this share of at least so many requests in 10 s is ejected. */
const FAILURE_SHARE = 0.5;
const FAILURE_SHARE_REQUESTS = 20;

/** Active checks in a row until a silent replica is out, and until one that was out is in. */
const FALL = 3;
const RISE = 2;

/** The first ejection lasts so long; each further one twice as long, up to the maximum. */
const EJECTION_BASE_MS = 1_000;
const EJECTION_MAX_MS = 30_000;

/** What an active check found. `not_ready` is the replica's own word, `refused` a closed port. */
export type CheckResult = "ready" | "not_ready" | "refused" | "silent";

/** `probe`: one request may be sent, to see whether an ejected replica is well again. */
export type Availability = "in" | "probe" | "out";

/**
 * What is known of one replica's health, from active checks and from the requests sent to it.
 *
 * A refused connection, and a replica that says it is not ready, are out at once: only silence needs
 * three checks. Failed requests eject for a time that doubles; afterwards a single real request
 * decides. It reads no clock: every method is told the time, which never goes back.
 */
export class ReplicaHealth {
  readonly #window = new ErrorWindow();
  #answering = false;
  #known = false;
  #rises = 0;
  #falls = 0;
  #consecutiveFailures = 0;
  #ejections = 0;
  #ejectedUntilMs: number | undefined;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #lastCountedMs = Number.NEGATIVE_INFINITY;
  #probing = false;

  /** Whether anything was heard of it yet. */
  get isKnown(): boolean {
    return this.#known;
  }

  availability(nowMs: number): Availability {
    if (!this.#answering) return "out";
    if (this.#ejectedUntilMs === undefined) return "in";
    return nowMs >= this.#ejectedUntilMs && !this.#probing ? "probe" : "out";
  }

  /** The half-open request is under way; until it ends there is no second one. */
  beginProbe(): void {
    this.#probing = true;
  }

  /** A probe ended without telling anything: the client went away, or another attempt won. */
  abandonProbe(): void {
    this.#probing = false;
  }

  /** An active check ended. */
  checked(result: CheckResult): void {
    if (result === "ready") {
      this.#falls = 0;
      this.#rises += 1;
      // The very first word is taken at once: a start should not wait for a second check.
      if (!this.#known || this.#rises >= RISE) this.#answering = true;
    } else {
      this.#rises = 0;
      this.#falls += 1;
      if (result !== "silent" || this.#falls >= FALL) this.#answering = false;
    }
    this.#known = true;
  }

  /** A request was answered as it should be. */
  succeeded(nowMs: number): void {
    this.#window.add(nowMs, false);
    if (this.#ejectedUntilMs === undefined) {
      this.#consecutiveFailures = 0;
    } else if (this.#probing) {
      this.#ejectedUntilMs = undefined;
      this.#probing = false;
      this.#window.clear();
    }
  }

  /**
   * A request failed.
   *
   * Requests that time out together are one failure in a row, for one stall: only a request that began
   * after the last counted failure tells of another.
   *
   * @param last no other replica of the track can serve: then a bad share of failures does not
   *   eject, for some good answers are better than none. Failures in a row do, the track has failed,
   *   but never for longer than at first.
   * @param startedMs when the request was sent.
   * @returns whether this ejected the replica.
   */
  failed(nowMs: number, error: AttemptError, last: boolean, startedMs = nowMs): boolean {
    this.#window.add(nowMs, true);
    if (error !== "timeout" || startedMs >= this.#lastCountedMs) {
      this.#consecutiveFailures += 1;
      this.#lastCountedMs = nowMs;
    }
    if (error === "refused") {
      this.#answering = false;
      this.#known = true;
      this.#rises = 0;
    }
    if (this.#probing) return this.#eject(nowMs, last);
    if (this.#ejectedUntilMs !== undefined) return false;
    const share =
      !last && this.#window.requests(nowMs) >= FAILURE_SHARE_REQUESTS
        ? this.#window.failures(nowMs) / this.#window.requests(nowMs)
        : 0;
    if (this.#consecutiveFailures < CONSECUTIVE_FAILURES && share < FAILURE_SHARE) return false;
    return this.#eject(nowMs, last);
  }

  /** No replica of the track can serve: an ejection ends soon, whatever its length was. */
  trySoon(nowMs: number): void {
    if (this.#ejectedUntilMs === undefined) return;
    this.#ejectedUntilMs = Math.min(this.#ejectedUntilMs, nowMs + EJECTION_BASE_MS);
    this.#lastEndMs = this.#ejectedUntilMs;
  }

  #eject(nowMs: number, last: boolean): true {
    // A replica that was well for a while after its last ejection begins anew.
    const longAgo = nowMs - (this.#ejectedUntilMs ?? this.#lastEndMs) > EJECTION_MAX_MS;
    this.#ejections = last || longAgo ? 1 : this.#ejections + 1;
    const lengthMs = Math.min(EJECTION_MAX_MS, EJECTION_BASE_MS * 2 ** (this.#ejections - 1));
    this.#ejectedUntilMs = nowMs + lengthMs;
    this.#lastEndMs = this.#ejectedUntilMs;
    this.#probing = false;
    this.#consecutiveFailures = 0;
    return true;
  }
}
