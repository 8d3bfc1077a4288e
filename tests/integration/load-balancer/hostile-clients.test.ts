import { once } from "node:events";
import { connect } from "node:net";
import type { LoadBalancer } from "@canarec/load-balancer/compose";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { type FakeReplica, MOVIES, answer, fakeReplica } from "./fake-replica.ts";
import { balance, get, metric, untilReplicas } from "./load-balancer-under-test.ts";

let topic: FreshTopic;
let folder: TemporaryFolder;
let replica: FakeReplica;
let balancer: LoadBalancer;

beforeAll(async () => {
  topic = await freshTopic();
  folder = temporaryFolder();
  replica = await fakeReplica();
  balancer = await balance({
    replicas: [replica.url],
    home: folder.path,
    brokers: topic.brokers,
    topic: topic.topic,
  });
  await untilReplicas(balancer, 1);
});
afterAll(async () => {
  await balancer[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  await topic[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Write bytes as they are; what came back until the other side closed. */
async function raw(...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(balancer.url).port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined); // a reset is an end, too
  await once(socket, "connect");
  for (const part of parts) socket.write(part);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

const HEAD = "Host: x\r\nConnection: close\r\n";
const statusOf = (response: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);
const answersIn = (response: string) => response.split("HTTP/1.1 ").length - 1;

describe("user ids", () => {
  it.each(["0", "42", "9007199254740991"])("are served: %s", async (id) => {
    expect(await get(balancer.url, `/recommend/${id}`)).toMatchObject({
      status: 200,
      text: MOVIES.join(","),
    });
  });

  it.each([
    "-1",
    "1.5",
    "1e9",
    "0x2a",
    "042",
    "9007199254740992",
    "1".repeat(400),
    "seven",
    "%34%32",
    "42%00",
    "%00",
    "42%0d%0aX-Evil:%201",
    "..%2f..%2fetc%2fpasswd",
    "42;drop%20table%20users",
    "1'%20or%20'1'='1",
    "%F0%9F%8E%AC",
    "42/",
    "",
  ])("are refused, and nothing is asked of a replica: %s", async (id) => {
    const before = replica.asked();
    const response = await raw(`GET /recommend/${id} HTTP/1.1\r\n${HEAD}\r\n`);
    expect(statusOf(response)).toBe(400);
    expect(response).toContain('"code":"invalid_argument"');
    expect(replica.asked()).toBe(before);
  });

  it("are refused as raw bytes beyond ASCII", async () => {
    const line = Buffer.from(`GET /recommend/🎬 HTTP/1.1\r\n${HEAD}\r\n`);
    expect(statusOf(await raw(line))).toBe(400);
  });
});

describe("requests that are not ours", () => {
  it.each([
    ["GET", "/", 404],
    ["GET", "/metrics", 404],
    ["GET", "/readyz", 404],
    ["GET", "/internal/popular", 404],
    ["GET", "/recommend/../internal/popular", 400],
    ["GET", "/api/v1/../../internal/popular", 400],
    ["GET", "http://elsewhere/recommend/1", 400],
    ["POST", "/recommend/1", 405],
    ["DELETE", "/api/v1/movies/1", 405],
    ["OPTIONS", "*", 400],
    ["PUT", "/api/v1/users/42/recommendations", 405],
    ["POST", "/api/v1/users/42/hidden/alien+1979", 405],
    ["PUT", "/api/v1/users/42/hidden/..", 400],
  ])("%s %s: status %d as JSON", async (method, path, status) => {
    const response = await raw(`${method} ${path} HTTP/1.1\r\n${HEAD}\r\n`);
    expect(statusOf(response)).toBe(status);
    expect(response).toMatch(/"code":"[a-z_]+","message":"[^"]+"/);
  });

  it("may not have a body", async () => {
    const start = `POST /recommend/1 HTTP/1.1\r\nHost: x\r\n`;
    expect(statusOf(await raw(`${start}Content-Length: 5\r\n\r\nhello`))).toBe(413);
    const huge = `${start}Content-Length: 99999999999\r\n\r\n`;
    expect(statusOf(await raw(huge, Buffer.alloc(1_000_000)))).toBe(413);
    expect(statusOf(await raw(`${start}Transfer-Encoding: chunked\r\n\r\n`))).toBe(413);
    const hiding = "PUT /api/v1/users/1/hidden/a HTTP/1.1\r\nHost: x\r\n";
    expect(statusOf(await raw(`${hiding}Content-Length: 2\r\n\r\n{}`))).toBe(413);
    expect(statusOf(await raw(`${hiding}Transfer-Encoding: chunked\r\n\r\n`))).toBe(413);
    const expecting = `${start}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`;
    expect(statusOf(await raw(expecting))).toBe(413);
  });
});

describe("request smuggling", () => {
  const inner = `GET /recommend/666 HTTP/1.1\r\nHost: x\r\n\r\n`;
  it.each([
    [
      "both lengths",
      `POST /recommend/1 HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
    ],
    [
      "two lengths",
      `POST /recommend/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n` +
        `Content-Length: ${inner.length}\r\n\r\n${inner}`,
    ],
    [
      "a body on a GET",
      `GET /recommend/1 HTTP/1.1\r\nHost: x\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
    ],
    [
      "an encoding that is none",
      `POST /recommend/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n${inner}`,
    ],
    ["a folded header", `GET /recommend/1 HTTP/1.1\r\nHost: x\r\n folded: 1\r\n\r\n${inner}`],
    ["a blank before the colon", `GET /recommend/1 HTTP/1.1\r\nHost : x\r\n\r\n${inner}`],
    ["a bare newline", `GET /recommend/1 HTTP/1.1\nHost: x\n\n${inner}`],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  ])("with %s gets one refusal, and the connection is closed", async (_what, bytes) => {
    const before = replica.asked();
    const response = await raw(bytes);
    expect(statusOf(response)).toBeGreaterThanOrEqual(400);
    expect(answersIn(response)).toBe(1);
    expect(replica.asked()).toBe(before);
  });
});

describe("large and slow clients", () => {
  it("may send 8 KiB of headers", async () => {
    const padding = `X-Pad: ${"x".repeat(9_000)}\r\n`;
    const response = await raw(`GET /recommend/1 HTTP/1.1\r\n${padding}${HEAD}\r\n`);
    expect(statusOf(response)).toBe(431);
  });

  it("may send a URL of 2 KiB", async () => {
    const path = `/api/v1/movies?search=${"x".repeat(3_000)}`;
    expect((await get(balancer.url, path)).status).toBe(414);
  });

  it("are cut off when their headers do not come", async () => {
    const socket = connect(Number(new URL(balancer.url).port), "127.0.0.1");
    socket.on("error", () => undefined);
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.write("GET /recommend/1 HTTP/1.1\r\nHost: x\r\n");
    const drip = setInterval(() => socket.write("X-Slow: 1\r\n"), 500);
    await once(socket, "close");
    clearInterval(drip);
    expect(statusOf(received)).toBe(408);
    expect((await get(balancer.url, "/recommend/1")).status).toBe(200);
  });

  it("are counted", async () => {
    for (const status of [400, 404, 405, 408, 413, 414, 431]) {
      const count = await metric(balancer, "canarec_requests_refused_total", { status });
      expect(count, String(status)).toBeGreaterThan(0);
    }
  });
});

describe("headers", () => {
  it("keep a well-formed request id and replace any other", async () => {
    const id = "0b3e3a52-6c0e-4d59-9c0e-0a5a3f1f2b11";
    const kept = await get(balancer.url, "/recommend/1", { "x-request-id": id });
    expect(kept.headers["x-request-id"]).toBe(id);
    expect(replica.lastHeaders()["x-request-id"]).toBe(id);
    for (const forged of ["a b", "x".repeat(200), "<script>"]) {
      const made = await get(balancer.url, "/recommend/1", { "x-request-id": forged });
      expect(made.headers["x-request-id"]).toMatch(/^[\da-f-]{36}$/);
    }
  });

  it("of ours are not taken from clients, nor the internal one given to them", async () => {
    const { headers } = await get(balancer.url, "/recommend/1", {
      "x-canarec-internal": '{"build":"forged"}',
      "x-canarec-track": "nightly",
    });
    expect(headers).toMatchObject({ "x-canarec-track": "main", "x-canarec-build": "b1" });
    expect(headers["x-canarec-internal"]).toBeUndefined();
    expect(replica.lastHeaders()["x-canarec-internal"]).toBeUndefined();
    expect(replica.lastHeaders()["x-canarec-track"]).toBeUndefined();
  });
});

describe("/api/v1", () => {
  it("passes a replica's answer on, streamed, without hop-by-hop headers", async () => {
    const body = JSON.stringify({ movies: "x".repeat(1_000_000) });
    replica.behaveApi((_req, res) => {
      res.writeHead(200, {
        "content-type": "application/json",
        connection: "keep-alive, x-private",
        "x-private": "1",
        "x-canarec-internal": "{}",
        "cache-control": "no-store",
      });
      res.end(body);
    });
    const path = "/api/v1/users/42/recommendations?n=5&exclude=a%20b";
    const got = await get(balancer.url, path, { authorization: "Bearer t", cookie: "a=b" });
    expect(got).toMatchObject({ status: 200, text: body });
    expect(got.headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-canarec-track": "main",
    });
    expect(got.headers["x-private"]).toBeUndefined();
    expect(got.headers["x-canarec-internal"]).toBeUndefined();
    expect(replica.lastHeaders()).toMatchObject({ authorization: "Bearer t" });
    expect(replica.lastHeaders()["cookie"]).toBeUndefined();
  });

  it("passes a replica's error on, and does not hold it against the replica", async () => {
    replica.behaveApi((_req, res) => answer(res, 503, '{"code":"unavailable"}'));
    for (let i = 0; i < 20; i += 1) {
      const got = await get(balancer.url, "/api/v1/movies?search=space");
      expect(got).toMatchObject({ status: 503, text: '{"code":"unavailable"}' });
    }
    expect((await get(balancer.url, "/recommend/1")).headers["x-canarec-track"]).toBe("main");
  });

  it("says so when the answer does not come", async () => {
    replica.behaveApi(() => undefined);
    const got = await get(balancer.url, "/api/v1/movies?search=space");
    expect(got.status).toBe(504);
    expect(JSON.parse(got.text)).toMatchObject({ code: "deadline_exceeded" });
  });

  it("breaks the connection off when the answer breaks off", async () => {
    replica.behaveApi((_req, res) => {
      res.writeHead(200, { "content-length": "600" });
      res.write("half", () => res.destroy());
    });
    const got = await request(`${balancer.url}/api/v1/movies/x`);
    await expect(got.body.text()).rejects.toThrow();
  });

  it("cannot take the connections of recommendations away", async () => {
    replica.behaveApi(() => undefined);
    const stuck = Array.from({ length: 300 }, () => get(balancer.url, "/api/v1/movies/x"));
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => get(balancer.url, "/recommend/1")),
    );
    for (const { headers } of answers) expect(headers["x-canarec-track"]).toBe("main");
    const statuses = new Set((await Promise.all(stuck)).map(({ status }) => status));
    expect([...statuses].sort()).toEqual([503, 504]);
  });
});

describe("/healthz on the public port", () => {
  it("answers for the load balancer alone", async () => {
    expect(await get(balancer.url, "/healthz")).toMatchObject({
      status: 200,
      text: '{"status":"alive"}',
    });
  });
});
