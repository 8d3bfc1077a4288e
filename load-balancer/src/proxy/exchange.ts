import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher, Pool } from "undici";
import type { AttemptError } from "../contract/exposure.ts";

/** How one request to one replica ended. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | { readonly kind: "failed"; readonly status: number | null; readonly error: AttemptError };

/** The reason given to undici when we give an exchange up; its error event is then ignored. */
const ABANDONED = new Error("abandoned");

/**
 * One GET to one replica whose whole answer is wanted in memory, at most `bodyLimit` bytes of it.
 *
 * `done` is called once, unless the exchange is abandoned first. Its time limit is the caller's:
 * undici's own timers are too coarse for it.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #done: (outcome: Outcome) => void;
  readonly #bodyLimit: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status: number | null = null;
  #headers: IncomingHttpHeaders = {};
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;

  constructor(bodyLimit: number, done: (outcome: Outcome) => void) {
    this.#bodyLimit = bodyLimit;
    this.#done = done;
  }

  send(pool: Pool, path: string, headers: Record<string, string>): void {
    pool.dispatch({ method: "GET", path, headers }, this);
  }

  /** Break the connection off, without a word to the caller. */
  abandon(): void {
    this.#ended = true;
    this.#controller?.abort(ABANDONED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(ABANDONED);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return; // interim: the answer follows
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#bodyLimit) {
      this.#chunks.push(chunk);
      return;
    }
    this.#end({ kind: "failed", status: this.#status, error: "invalid_answer" });
    controller.abort(ABANDONED);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#end({ kind: "answered", status: this.#status ?? 0, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end({ kind: "failed", status: this.#status, error: attemptErrorOf(error) });
  }

  #end(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#done(outcome);
  }
}

/** What an error of undici or of a socket means for an attempt. */
export function attemptErrorOf(error: Error): AttemptError {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED" || code === "EHOSTUNREACH" || code === "ENOTFOUND") return "refused";
  if (code.endsWith("_TIMEOUT") || code === "ETIMEDOUT") return "timeout";
  if (code.startsWith("HPE_") || code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return "invalid_answer";
  }
  return "reset";
}
