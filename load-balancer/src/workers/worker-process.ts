import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { ServiceError } from "@canarec/service-kit/errors";
import type { MetricValues } from "@canarec/service-kit/metrics";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import type { RoutingReply } from "../routing/live-routing.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { NO_STATUS } from "./merge-status.ts";
import type { ServingWorker, WorkerStatus } from "./serving-worker.ts";
import type { WorkerBuild } from "./worker-build.ts";

/** The control plane gives a data plane 2 s. */
const ANSWER_MS = 1_500;

type Answer = Extract<FromWorker, { say: "answer" }>["answer"];

/** A worker, seen from its parent. */
export class WorkerProcess implements ServingWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #asked = 0;
  #hasEnded = false;
  #status: WorkerStatus = NO_STATUS;
  #metrics: MetricValues = [];
  readonly #said = { opened: deferred(), listening: deferred() };
  /** Resolves when it has ended and all that it said has been heard: how it ended. */
  readonly ended: Promise<string>;

  readonly build: WorkerBuild;

  /** Start one of a build. */
  constructor(build: WorkerBuild) {
    this.build = build;
    cluster.setupPrimary({ exec: build.program, cwd: build.folder }); // of the next fork alone
    this.#worker = cluster.fork();
    this.#worker.on("message", (message: FromWorker) => this.#heard(message));
    this.#worker.on("error", () => undefined); // what could not be sent: it is ending
    this.ended = this.#untilEnded();
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  /** It could take connections now. @throws ServiceError where it ends first, or takes longer. */
  opened(limitMs: number): Promise<void> {
    return this.#unlessEnded(this.#said.opened.promise, limitMs);
  }

  /** Let it take the connections of a socket. @throws as `opened`. */
  async listen(socket: object, limitMs: number): Promise<void> {
    this.#tell({ say: "listen" }, socket);
    await this.#unlessEnded(this.#said.listening.promise, limitMs);
  }

  /** Let it hand over its connections, and end. */
  retire(): void {
    this.#tell({ say: "retire" });
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    this.#worker.process.kill(signal);
  }

  async offer(snapshot: RoutingSnapshot): Promise<RoutingReply | undefined> {
    const reply = await this.#ask((id) => ({ say: "offer", id, snapshot }));
    if (reply === undefined && !this.#hasEnded) {
      throw new ServiceError("unavailable", `worker ${this.pid ?? 0} does not answer`);
    }
    return reply as RoutingReply | undefined;
  }

  async status(): Promise<WorkerStatus> {
    const status = (await this.#ask((id) => ({ say: "status", id }))) as WorkerStatus | undefined;
    if (status !== undefined) this.#status = status;
    if (status !== undefined || this.#hasEnded) return this.#status;
    return { ...this.#status, readiness: { ready: false, reason: "a worker does not answer" } };
  }

  async metrics(): Promise<MetricValues> {
    const metrics = (await this.#ask((id) => ({ say: "metrics", id }))) as MetricValues | undefined;
    if (metrics !== undefined) this.#metrics = metrics;
    return this.#metrics;
  }

  /** @returns undefined where it has ended, or does not answer in time. */
  #ask(question: (id: number) => ToWorker): Promise<Answer | undefined> {
    if (this.#hasEnded) return Promise.resolve(undefined);
    const id = (this.#asked += 1);
    return new Promise((resolve) => {
      const done = (answer: Answer | undefined) => {
        clearTimeout(limit);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const limit = setTimeout(() => done(undefined), ANSWER_MS);
      this.#waiting.set(id, done);
      this.#tell(question(id));
    });
  }

  #heard(message: FromWorker): void {
    switch (message.say) {
      case "opened":
      case "listening":
        this.#said[message.say].resolve();
        return;
      case "answer":
        this.#waiting.get(message.id)?.(message.answer);
        return;
      case "final":
        this.#status = message.status;
        this.#metrics = message.metrics;
    }
  }

  #tell(message: ToWorker, socket?: object): void {
    if (this.#worker.isConnected()) this.#worker.send(message, socket as never, () => undefined);
  }

  async #untilEnded(): Promise<string> {
    const [[code, signal]] = (await Promise.all([
      once(this.#worker, "exit"),
      once(this.#worker, "disconnect"),
    ])) as [[number | null, string | null], unknown];
    this.#hasEnded = true;
    for (const done of this.#waiting.values()) done(undefined);
    return signal ?? `exit code ${code ?? 0}`;
  }

  async #unlessEnded(event: Promise<void>, limitMs: number): Promise<void> {
    const limit = deferred();
    const timer = setTimeout(limit.resolve, limitMs);
    const late = limit.promise.then(() => `nothing within ${limitMs / 1_000} s`);
    const trouble = await Promise.race([event, this.ended, late]);
    clearTimeout(timer);
    if (typeof trouble !== "string") return;
    throw new ServiceError("unavailable", `a worker did not begin to serve: ${trouble}`);
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
