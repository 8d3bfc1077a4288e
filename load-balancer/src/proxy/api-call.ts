import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { INTERNAL_HEADER } from "@canarec/inference/contract/internal-header";
import type { Dispatcher } from "undici";
import { assignTrack } from "../assignment/assign-track.ts";
import type { AttemptError } from "../contract/exposure.ts";
import type { Replica } from "../replicas/replica.ts";
import type { TrackPool, Waiter } from "../replicas/track-pool.ts";
import type { DataPlane } from "./data-plane.ts";
import { attemptErrorOf } from "./exchange.ts";
import { headersToClient, headersToReplica } from "./forwarded-headers.ts";
import type { ChangeMethod } from "./request-target.ts";
import { markHeaders, sendProblem } from "./respond.ts";

const ABANDONED = new Error("abandoned");

export interface ApiRequest {
  /** Each of them idempotent: what may have been done may be done again. */
  readonly method: "GET" | ChangeMethod;
  readonly path: string;
  /** Whose track serves it; main for what does not depend on a user, and for every change. */
  readonly userId: number | undefined;
  readonly requestId: string;
}

/**
 * The life of one request below /api/v1: streamed from a replica of the user's track, never buffered.
 *
 * Tried a second time only when the connection failed before the first byte. A replica's own error
 * passes as it is and says nothing about its health: search fails while Chroma is away, and
 * recommendations go on.
 */
export class ApiCall implements Waiter, Dispatcher.DispatchHandler {
  readonly #plane: DataPlane;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #request: ApiRequest;
  readonly #pool: TrackPool;
  #timer: NodeJS.Timeout | undefined;
  #replica: Replica | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #attempts = 0;
  #over = false;

  constructor(plane: DataPlane, req: IncomingMessage, res: ServerResponse, request: ApiRequest) {
    this.#plane = plane;
    this.#req = req;
    this.#res = res;
    this.#request = request;
    const { salt, nightlyWeight, pinned } = plane.routing();
    const { userId, method } = request;
    const track =
      userId === undefined || method !== "GET"
        ? "main"
        : (pinned[String(userId)] ?? assignTrack(salt, userId, nightlyWeight));
    // What stands in for nightly is not judged here: a request is sent once, or fails.
    const { main, nightly } = plane.tracks;
    this.#pool = track === "nightly" && nightly.available ? nightly : main;
  }

  begin(): void {
    this.#res.on("close", () => this.#stop());
    this.#res.on("drain", () => this.#controller?.resume());
    this.#timer = setTimeout(() => this.#late(), this.#plane.limits.apiMs);
    this.#pool.retries.earn();
    this.#try(undefined);
  }

  granted(replica: Replica): void {
    this.#replica = replica;
    this.#attempts += 1;
    replica.pools.api.dispatch(
      {
        method: this.#request.method,
        path: this.#request.path,
        headers: headersToReplica(this.#req.headers, this.#request.requestId),
      },
      this,
    );
  }

  refused(): void {
    this.#refuse("no replica can answer");
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(ABANDONED);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#over) return;
    const flat = Object.entries(headersToClient(headers)).flatMap(([name, value]) =>
      [value].flat().flatMap((single) => [name, single]),
    );
    this.#res.writeHead(status, [...flat, ...markHeaders(this.#marks(headers))]);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#over && !this.#res.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#release();
    this.#plane.metrics.apiAnswered(this.#res.statusCode);
    this.#res.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#failed(attemptErrorOf(error));
  }

  #try(avoid: Replica | undefined): void {
    const replica = this.#pool.acquire("api", avoid);
    if (typeof replica !== "string") this.granted(replica);
    else if (replica === "no_replica") this.refused();
    else if (!this.#pool.enqueue("api", this)) this.#refuse("every replica is busy");
  }

  #failed(error: AttemptError): void {
    const tried = this.#replica;
    if (tried === undefined) return;
    this.#plane.metrics.attemptFailed(tried.name, error);
    if (error === "refused") this.#pool.failed(tried, error, this.#plane.nowMs());
    this.#release();
    if (this.#res.headersSent) {
      // The length is promised and cannot be kept: a broken connection tells the client.
      this.#plane.metrics.apiAnswered(this.#res.statusCode);
      this.#res.destroy();
    } else if (this.#attempts < 2 && error !== "timeout" && this.#pool.retries.spend()) {
      this.#try(tried);
    } else {
      this.#refuse("no replica can answer");
    }
  }

  #late(): void {
    if (this.#res.headersSent) {
      this.#res.destroy();
      return;
    }
    this.#stop();
    this.#problem(504, "deadline_exceeded", "no replica answered in time");
  }

  #refuse(message: string): void {
    this.#stop();
    this.#problem(503, "unavailable", message);
  }

  #problem(status: 503 | 504, code: "unavailable" | "deadline_exceeded", message: string): void {
    this.#plane.metrics.apiAnswered(status);
    const headers = status === 503 ? ["retry-after", "1"] : [];
    sendProblem(this.#res, { status, code, message, headers }, this.#marks());
  }

  #marks(headers: IncomingHttpHeaders = {}) {
    const internal = this.#plane.readInternal(headers[INTERNAL_HEADER]);
    return {
      requestId: this.#request.requestId,
      track: this.#replica === undefined ? "none" : this.#pool.name,
      build: internal?.build ?? null,
      close: this.#plane.draining(),
    };
  }

  #release(): void {
    const replica = this.#replica;
    this.#replica = undefined;
    if (replica === undefined) return;
    replica.health.abandonProbe();
    this.#pool.release(replica, "api");
  }

  /** Over, whatever the reason: nothing is under way or waited for any longer. */
  #stop(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#pool.leave("api", this);
    if (this.#replica !== undefined) this.#controller?.abort(ABANDONED);
    this.#release();
  }
}
