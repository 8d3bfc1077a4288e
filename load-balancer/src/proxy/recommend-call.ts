import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { INTERNAL_HEADER } from "@canarec/inference/contract/internal-header";
import { assignTrack } from "../assignment/assign-track.ts";
import type { AttemptError, ExposureReason, Track } from "../contract/exposure.ts";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { Replica } from "../replicas/replica.ts";
import type { TrackPool, Waiter } from "../replicas/track-pool.ts";
import type { DataPlane } from "./data-plane.ts";
import { Exchange, type Outcome } from "./exchange.ts";
import { type Judgement, judgeAnswer } from "./judge-answer.ts";
import { LIST_BYTES } from "./movie-list.ts";
import { nextMove } from "./next-move.ts";
import { isoTime } from "./iso-time.ts";
import {
  type Answer,
  type Attempt,
  type Unsent,
  LIST_LENGTH,
  attemptRecords,
  firstAttemptOf,
  hasFailed,
} from "./recommend-attempt.ts";
import { markHeaders, sendProblem } from "./respond.ts";

/** What a client that went away is recorded with, as in nginx's logs. */
const CLIENT_CLOSED = 499;

type UsableAnswer = Extract<Judgement, { ok: true }>;

/**
 * The life of one GET /recommend/:userId, from its arrival to the recorded exposure: up to two
 * attempts within the assigned track; if that is nightly and cannot in time, up to two on main; then our
 * own copy of the popular list, then an error. Whatever helps, the first attempt stays on record.
 */
export class RecommendCall implements Waiter {
  readonly #plane: DataPlane;
  readonly #res: ServerResponse;
  readonly #userId: number;
  readonly #requestId: string;
  readonly #arrivedMs: number;
  readonly #snapshot: RoutingSnapshot;
  readonly #assigned: Track;
  /** Where the next attempt goes. */
  #pool: TrackPool;
  /** In the order in which they were begun. */
  readonly #begun: (Attempt | Unsent)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #answer: Answer | undefined;

  constructor(plane: DataPlane, res: ServerResponse, userId: number, requestId: string) {
    this.#plane = plane;
    this.#res = res;
    this.#userId = userId;
    this.#requestId = requestId;
    this.#arrivedMs = plane.nowMs();
    this.#snapshot = plane.routing();
    const { salt, nightlyWeight, pinned } = this.#snapshot;
    this.#assigned = pinned[String(userId)] ?? assignTrack(salt, userId, nightlyWeight);
    this.#pool = plane.tracks[this.#assigned];
  }

  begin(): void {
    this.#res.on("close", () => this.#closed());
    this.#timer = setTimeout(() => this.#slow(), this.#plane.limits.slowMs);
    this.#pool.retries.earn();
    this.#try(undefined, false);
  }

  get #attempts(): Attempt[] {
    return this.#begun.filter((one): one is Attempt => "replica" in one);
  }

  granted(replica: Replica): void {
    this.#send(replica, false);
  }

  refused(): void {
    this.#giveUp("no_replica");
  }

  #try(avoid: Replica | undefined, hedge: boolean): void {
    const replica = this.#pool.acquire("recommend", avoid, this.#pool.homeOf(this.#userId));
    if (typeof replica !== "string") this.#send(replica, hedge);
    else if (hedge) return;
    else if (replica === "no_replica") this.#giveUp("no_replica");
    else if (!this.#pool.enqueue("recommend", this)) this.#giveUp("overloaded");
  }

  #send(replica: Replica, hedge: boolean): void {
    const exchange = new Exchange(LIST_BYTES, (outcome) => this.#ended(attempt, outcome));
    const pool = this.#pool;
    const attempt: Attempt = { replica, pool, exchange, hedge, startedMs: this.#plane.nowMs() };
    this.#begun.push(attempt);
    exchange.send(replica.pools.recommend, `/recommend/${this.#userId}`, {
      "x-request-id": this.#requestId,
    });
  }

  #ended(attempt: Attempt, outcome: Outcome): void {
    const judgement = judgeAnswer(outcome);
    const ms = this.#plane.nowMs() - attempt.startedMs;
    if (judgement.ok) {
      attempt.ended = { ms, status: 200 };
      attempt.pool.succeeded(attempt.replica);
      attempt.pool.release(attempt.replica, "recommend");
      this.#plane.metrics.attemptSucceeded(attempt.replica.name);
      if (outcome.kind === "answered") this.#pass(attempt, judgement, outcome.headers);
      return;
    }
    attempt.ended = { ms, status: judgement.status, error: judgement.error };
    this.#attemptFailed(attempt, judgement.error);
    if (this.#answer === undefined && attempt.pool === this.#pool) {
      this.#goOn("failed", attempt.replica);
    }
  }

  #attemptFailed(attempt: Attempt, error: AttemptError): void {
    this.#plane.metrics.attemptFailed(attempt.replica.name, error);
    attempt.pool.failed(attempt.replica, error, attempt.startedMs);
    attempt.pool.release(attempt.replica, "recommend");
  }

  #goOn(event: "failed" | "slow", tried: Replica | undefined): void {
    const here = this.#attempts.filter(({ pool }) => pool === this.#pool);
    const open = here.filter((attempt) => attempt.ended === undefined).length;
    const another = tried === undefined || this.#pool.hasAnother(tried);
    let move = nextMove({ event, begun: here.length, open, another });
    if (move === "try_again" && !this.#pool.retries.spend()) {
      this.#plane.metrics.retryRefused();
      move = open > 0 ? "wait" : "give_up";
    }
    if (move === "try_again") this.#try(tried, event === "slow");
    else if (move === "give_up") this.#giveUp(tried === undefined ? "overloaded" : undefined);
  }

  /** No answer within the usual time. */
  #slow(): void {
    const { slowMs, crossMs, replicasMs } = this.#plane.limits;
    const mayCross = this.#mayCross();
    const next = () => (mayCross && this.#mayCross() ? this.#cross() : this.#late());
    const afterMs = (mayCross ? crossMs : replicasMs) - slowMs;
    this.#timer = setTimeout(next, Math.max(0, afterMs));
    this.#goOn("slow", this.#attempts.at(-1)?.replica);
  }

  /** Whether main may still be asked in nightly's place. */
  #mayCross(): boolean {
    return this.#answer === undefined && this.#pool.name === "nightly";
  }

  /** Main is asked; what is still out on nightly may yet win. */
  #cross(): void {
    this.#pool.leave("recommend", this);
    this.#pool = this.#plane.tracks.main;
    this.#pool.retries.earn();
    const { slowMs, replicasMs } = this.#plane.limits;
    const passedMs = this.#plane.nowMs() - this.#arrivedMs;
    clearTimeout(this.#timer);
    this.#timer =
      passedMs < slowMs
        ? setTimeout(() => this.#slow(), slowMs - passedMs)
        : setTimeout(() => this.#late(), Math.max(0, replicasMs - passedMs));
    this.#try(undefined, false);
  }

  /** No answer within the time for replicas. */
  #late(): void {
    this.#abandon("timeout");
    this.#giveUp(this.#begun.length === 0 ? "overloaded" : undefined);
  }

  #pass(attempt: Attempt, { list, text }: UsableAnswer, headers: IncomingHttpHeaders): void {
    if (this.#answer !== undefined) return;
    this.#abandon("outrun");
    const internal = this.#plane.readInternal(headers[INTERNAL_HEADER]);
    attempt.replica.saysBuild(internal?.build);
    const served = attempt.pool.name;
    const reason = this.#reasonFor(attempt);
    this.#finish({ reason, served, status: 200, list, replica: attempt.replica.name, internal });
    this.#sendList(text, []);
  }

  #reasonFor(attempt: Attempt): ExposureReason {
    if (attempt.pool.name !== this.#assigned) return "cross_track";
    if (attempt === this.#begun[0]) return "ok";
    return attempt.hedge ? "hedged" : "retried";
  }

  /** No replica of the track has answered, and none will. */
  #giveUp(unsent: AttemptError | undefined): void {
    if (this.#answer !== undefined) return;
    if (unsent !== undefined) {
      this.#begun.push({ unsent });
      this.#plane.metrics.attemptUnsent(this.#pool.name, unsent);
    }
    if (this.#mayCross()) {
      this.#cross();
      return;
    }
    // A late answer of nightly's is still better than the list for everybody.
    const isOut = this.#attempts.some((attempt) => attempt.ended === undefined);
    if (isOut) return;
    const list = this.#plane.popular.top(LIST_LENGTH);
    const common = { served: "none", replica: null, internal: undefined, list } as const;
    if (list.length > 0) {
      this.#finish({ reason: "fallback_list", status: 200, ...common });
      this.#sendList(list.join(","), ["x-canarec-fallback", "popular-list"]);
      return;
    }
    this.#finish({ reason: "unanswered", status: 503, ...common });
    const message = "no replica can answer, and there is no popular list yet";
    const problem = { status: 503, code: "unavailable", message, headers: ["retry-after", "1"] };
    sendProblem(this.#res, problem as Parameters<typeof sendProblem>[1], this.#marks());
  }

  #finish(answer: Answer): void {
    clearTimeout(this.#timer);
    this.#pool.leave("recommend", this);
    this.#answer = answer;
  }

  #marks() {
    return {
      requestId: this.#requestId,
      track: this.#answer?.served ?? "none",
      build: this.#answer?.internal?.build ?? null,
      close: this.#plane.draining(),
    };
  }

  /** The text as a string, not a buffer: so it leaves in one write together with the headers. */
  #sendList(body: string, extra: readonly string[]): void {
    this.#res.writeHead(200, [
      "content-type",
      "text/plain; charset=utf-8",
      "content-length",
      String(Buffer.byteLength(body)),
      ...markHeaders(this.#marks()),
      ...extra,
    ]);
    this.#res.end(body);
  }

  /** Break off what is still under way. */
  #abandon(error: "timeout" | "outrun" | "client_closed"): void {
    for (const attempt of this.#attempts) {
      if (attempt.ended !== undefined) continue;
      const ms = this.#plane.nowMs() - attempt.startedMs;
      attempt.ended = { ms, status: null, error };
      attempt.exchange.abandon();
      // Out for longer than usual is a failure of the replica, whoever lost patience first.
      if (error === "timeout" || ms >= this.#plane.limits.slowMs) {
        this.#attemptFailed(attempt, "timeout");
      } else {
        attempt.replica.health.abandonProbe();
        attempt.pool.release(attempt.replica, "recommend");
      }
    }
  }

  /** The answer has left, or the client has. */
  #closed(): void {
    if (this.#answer === undefined || !this.#res.writableFinished) {
      this.#abandon("client_closed");
      this.#finish({
        reason: "client_closed",
        served: "none",
        status: CLIENT_CLOSED,
        list: [],
        replica: null,
        internal: undefined,
      });
    }
    if (this.#answer !== undefined) this.#record(this.#answer);
  }

  #record(answer: Answer): void {
    const { nowMs, wallMs, metrics, record } = this.#plane;
    const firstAttempt = firstAttemptOf(this.#begun, answer);
    const latencyMs = nowMs() - this.#arrivedMs;
    metrics.answered(answer.served, answer.reason, latencyMs / 1_000);
    metrics.trackAnswered({
      ...{ track: this.#assigned, build: this.#attempts[0]?.replica.build ?? "unknown" },
      ...{ served: answer.served, reason: answer.reason, seconds: latencyMs / 1_000 },
      ...{ movies: answer.list.length, personalised: answer.internal?.personalised ?? false },
      firstAttempt,
    });
    record({
      v: 1,
      requestId: this.#requestId,
      at: isoTime(wallMs()),
      userId: this.#userId,
      assigned: this.#assigned,
      served: answer.served,
      reason: answer.reason,
      snapshotVersion: this.#snapshot.version,
      step: this.#snapshot.step,
      releaseId: this.#snapshot.releaseId,
      build: answer.internal?.build ?? null,
      bundle: answer.internal?.bundle ?? null,
      replica: answer.replica,
      attempts: attemptRecords(this.#begun),
      status: answer.status,
      list: [...answer.list],
      latencyUs: Math.round(latencyMs * 1_000),
      personalised: answer.internal?.personalised ?? false,
      propensities: answer.internal?.propensities ?? null,
      pinned: this.#snapshot.pinned[String(this.#userId)] !== undefined,
    });
    this.#plane.answered?.({
      assigned: this.#assigned,
      failedAtFirst: hasFailed(firstAttempt),
      list: answer.list,
      snapshot: this.#snapshot,
      userId: this.#userId,
    });
  }
}
