import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@canarec/service-kit/http";

/** Twenty ids of the kind that the platform uses. */
export const MOVIES = Array.from({ length: 20 }, (_, i) => `the+movie+${i}+1999`);

/** What its own copy of the popular list will be. */
export const POPULAR = Array.from({ length: 100 }, (_, i) => `popular+${i}+2001`);

const INTERNAL = JSON.stringify({
  build: "b1",
  bundle: "ab".repeat(32),
  personalised: true,
  propensities: null,
  reason: "history",
});

/** How a replica may misbehave when it is asked for recommendations. */
export type Behaviour = (req: IncomingMessage, res: ServerResponse) => void;

export const well: Behaviour = (_req, res) => {
  answer(res, 200, MOVIES.join(","));
};

/** Answers as it should, but late. */
export const after =
  (ms: number): Behaviour =>
  (req, res) =>
    void sleep(ms).then(() => well(req, res));

export const MISBEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  "never answers": () => undefined,
  "answers with status 500": (_req, res) => answer(res, 500, '{"code":"internal"}'),
  "answers with status 503": (_req, res) => answer(res, 503, "busy"),
  "answers with a page": (_req, res) =>
    answer(res, 200, "<html><body>Welcome, all</body></html>", "text/html"),
  "answers with nothing": (_req, res) => answer(res, 200, ""),
  "answers with a sentence": (_req, res) => answer(res, 200, "sorry, try again later"),
  "cuts its answers off": (_req, res) => {
    res.writeHead(200, { "content-type": "text/plain", "content-length": "600" });
    res.write("the+movie+0+1999,the+mov", () => res.destroy());
  },
  "resets connections": (req) =>
    (req.socket as Socket & { resetAndDestroy(): void }).resetAndDestroy(),
  "closes connections without a word": (req) => req.socket.destroy(),
  "speaks another protocol": (req) => {
    req.socket.write("SSH-2.0-OpenSSH_9.6\r\n");
  },
  "answers without an end": (_req, res) => {
    res.writeHead(200, { "content-type": "text/plain" });
    const pour = () => {
      while (!res.destroyed && res.write("x".repeat(16_384)));
    };
    res.on("drain", pour);
    pour();
  },
};

export interface FakeReplica extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Requests for recommendations so far. */
  readonly asked: () => number;
  readonly lastHeaders: () => IncomingMessage["headers"];
  behave(behaviour: Behaviour): void;
  /** Of /api/v1. */
  behaveApi(behaviour: Behaviour): void;
}

/** A replica in this process, which answers well until told otherwise. */
export async function fakeReplica(behaviour: Behaviour = well, port = 0): Promise<FakeReplica> {
  const state = { behaviour, api: well, asked: 0, headers: {} as IncomingMessage["headers"] };
  const server = createServer({ keepAliveTimeout: 70_000 }, (req, res) => {
    if (req.url === "/readyz") answer(res, 200, "{}", "application/json");
    else if (req.url?.startsWith("/internal/popular")) {
      answer(res, 200, JSON.stringify({ movies: POPULAR }), "application/json");
    } else {
      state.headers = req.headers;
      if (req.url?.startsWith("/api/")) state.api(req, res);
      else {
        state.asked += 1;
        state.behaviour(req, res);
      }
    }
  });
  const running = await serve(server, { host: "127.0.0.1", port, drainMs: 1 });
  return {
    url: running.url,
    port: Number(new URL(running.url).port),
    asked: () => state.asked,
    lastHeaders: () => state.headers,
    behave: (next) => void (state.behaviour = next),
    behaveApi: (next) => void (state.api = next),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

export function answer(res: ServerResponse, status: number, body: string, type = "text/plain") {
  res.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "x-canarec-internal": INTERNAL,
  });
  res.end(body);
}
