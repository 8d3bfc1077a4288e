import { Agent, type Dispatcher } from "undici";
import { Latencies } from "./latencies.ts";

/** Connections of the generator. */
const CONNECTIONS = 64;

export interface Generator extends AsyncDisposable {
  /** As many requests as are answered, `connections` at a time. @returns requests a second. */
  closed(options: Load & { readonly connections: number }): Promise<Measured>;
  /** Requests at a fixed rate, whatever the answers do; latency counts from when each was due. */
  open(options: Load & { readonly perSecond: number }): Promise<Measured>;
}

export interface Load {
  readonly seconds: number;
  /** Called for each request; undefined ends the load. */
  readonly nextUser: () => number | undefined;
}

export interface Measured {
  readonly latencies: Latencies;
  readonly perSecond: number;
}

/** Requests to `GET /recommend/:userId` of one server. */
export function openGenerator(url: string): Generator {
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  const ask = (userId: number, dueMs: number, into: Latencies) =>
    new Promise<void>((resolve) => {
      agent.dispatch(
        { origin: url, path: `/recommend/${userId}`, method: "GET" },
        answerHandler(dueMs, into, resolve),
      );
    });
  return {
    async closed({ seconds, nextUser, connections }) {
      const latencies = new Latencies();
      const startMs = performance.now();
      const endMs = startMs + seconds * 1_000;
      const worker = async () => {
        while (performance.now() < endMs) {
          const userId = nextUser();
          if (userId === undefined) return;
          await ask(userId, performance.now(), latencies);
        }
      };
      await Promise.all(Array.from({ length: connections }, worker));
      return measured(latencies, startMs);
    },
    async open({ seconds, nextUser, perSecond }) {
      const latencies = new Latencies();
      const startMs = performance.now();
      let total = Math.floor(seconds * perSecond);
      const answers: Promise<void>[] = [];
      for (let sent = 0; sent < total;) {
        const due = Math.min(
          total,
          Math.floor(((performance.now() - startMs) * perSecond) / 1_000) + 1,
        );
        for (; sent < due; sent += 1) {
          const userId = nextUser();
          if (userId === undefined) {
            total = sent;
            break;
          }
          answers.push(ask(userId, startMs + (sent * 1_000) / perSecond, latencies));
        }
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await Promise.all(answers);
      return measured(latencies, startMs);
    },
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

function measured(latencies: Latencies, startMs: number): Measured {
  return { latencies, perSecond: (latencies.count * 1_000) / (performance.now() - startMs) };
}

function answerHandler(
  dueMs: number,
  into: Latencies,
  done: () => void,
): Dispatcher.DispatchHandler {
  let isGood = false;
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, status, headers) => {
      isGood = status === 200;
      if (headers["x-canarec-fallback"] !== undefined) into.fallbacks += 1;
    },
    onResponseData: () => undefined,
    onResponseEnd: () => {
      into.add(performance.now() - dueMs);
      if (!isGood) into.failed += 1;
      done();
    },
    onResponseError: () => {
      into.add(performance.now() - dueMs);
      into.failed += 1;
      done();
    },
  };
}
