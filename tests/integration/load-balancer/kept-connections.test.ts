import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadBalancer } from "@canarec/load-balancer/compose";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { type FakeReplica, MOVIES, after, answer, fakeReplica, well } from "./fake-replica.ts";
import { balance, until, untilReplicas } from "./load-balancer-under-test.ts";

let topic: FreshTopic;
let folder: TemporaryFolder;
let replica: FakeReplica;
let balancer: LoadBalancer;

beforeAll(async () => {
  topic = await freshTopic();
  folder = temporaryFolder();
  replica = await fakeReplica();
  const settings = { replicas: [replica.url], home: folder.path };
  balancer = await balance({ ...settings, brokers: topic.brokers, topic: topic.topic });
  await untilReplicas(balancer, 1);
});
beforeEach(() => {
  replica.behave((req, res) => answer(res, 200, `of+${req.url?.split("/").at(-1) ?? ""}`));
  replica.behaveApi(well);
});
afterAll(async () => {
  await balancer[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  await topic[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Kept extends Disposable {
  readonly socket: Socket;
  text(): string;
  /** Bodies of the answers so far, all of which say how long they are. */
  bodies(): string[];
}

async function open(): Promise<Kept> {
  const socket = connect(Number(new URL(balancer.url).port), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const text = () => Buffer.concat(chunks).toString("latin1");
  const bodies = () => {
    const found: string[] = [];
    for (let rest = text(); rest.includes("\r\n\r\n");) {
      const start = rest.indexOf("\r\n\r\n") + 4;
      const length = Number(/content-length: (\d+)/i.exec(rest.slice(0, start))?.[1]);
      found.push(rest.slice(start, start + length));
      rest = rest.slice(start + length);
    }
    return found;
  };
  return { socket, text, bodies, [Symbol.dispose]: () => socket.destroy() };
}

const ask = (user: number, more = "") =>
  `GET /recommend/${user} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n${more}\r\n`;
const API = "GET /api/v1/movies/m HTTP/1.1\r\nHost: x\r\n\r\n";

it("a kept connection may ask for anything in turn", async () => {
  using kept = await open();
  const bodies = [];
  for (const [text, body] of [
    [ask(1), "of+1"],
    [ask(2, "x-request-id: mine\r\n"), "of+2"],
    [API, MOVIES.join(",")],
    [ask(3), "of+3"],
    ["GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", '{"status":"alive"}'],
    [ask(4, "Content-Length: 0\r\n"), "of+4"],
  ] as const) {
    kept.socket.write(text);
    bodies.push(body);
    await until(() => kept.bodies().length === bodies.length);
  }
  expect(kept.bodies()).toEqual(bodies);
  expect(kept.text()).toContain("x-request-id: mine\r\n");
});

it.each([
  ["together", (texts: string[]) => [texts.join("")]],
  ["one by one, before an answer", (texts: string[]) => texts],
  ["in pieces", (texts: string[]) => texts.join("").match(/[\s\S]{1,7}/g) ?? []],
  ["with one of another kind between", ([first = "", ...rest]: string[]) => [first, API, ...rest]],
])("requests that come %s are answered in their order", async (how, cut) => {
  replica.behave((req, res) => {
    const user = Number(req.url?.split("/").at(-1));
    void sleep(60 - 20 * user).then(() => answer(res, 200, `of+${user}`));
  });
  using kept = await open();
  const parts = cut([ask(1), ask(2), ask(3)]);
  for (const part of parts) {
    kept.socket.write(part);
    await sleep(5);
  }
  const expected = ["of+1", "of+2", "of+3"];
  if (how.includes("another kind")) expected.splice(1, 0, MOVIES.join(","));
  await until(() => kept.bodies().length === expected.length);
  expect(kept.bodies()).toEqual(expected);
});

it("an answer has the same headers whichever way its request took", async () => {
  const headersOf = async (text: string) => {
    using kept = await open();
    kept.socket.write(text);
    await until(() => kept.bodies().length === 1);
    const head = kept.text().split("\r\n\r\n")[0] ?? "";
    return head
      .toLowerCase()
      .split("\r\n")
      .filter((line) => !line.startsWith("date:"));
  };
  const id = "x-request-id: same\r\n";
  const simple = await headersOf(ask(7, id));
  const complete = await headersOf(ask(7, `${id}Content-Length: 0\r\n`));
  expect(simple.toSorted()).toEqual(complete.toSorted());
});

it("titles beyond ASCII arrive whole", async () => {
  replica.behave((_req, res) => answer(res, 200, "amélie+2001,七人の侍+1954"));
  using kept = await open();
  kept.socket.write(ask(8));
  await until(() => kept.bodies().length === 1);
  expect(Buffer.from(kept.bodies()[0] ?? "", "latin1").toString()).toBe(
    "amélie+2001,七人の侍+1954",
  );
});

it("a connection that says nothing is cut off with 408, one that was answered is not", async () => {
  using silent = await open();
  using kept = await open();
  kept.socket.write(ask(9));
  await until(() => kept.bodies().length === 1);
  await once(silent.socket, "close");
  expect(silent.text()).toMatch(/^HTTP\/1\.1 408 /);
  kept.socket.write(ask(10));
  await until(() => kept.bodies().length === 2);
  expect(kept.bodies()).toEqual(["of+9", "of+10"]);
});

it("a client that goes away meanwhile has its request broken off", async () => {
  replica.behave(after(100));
  const gone = await open();
  gone.socket.write(ask(11));
  await sleep(20);
  gone.socket.destroy();
  using next = await open();
  next.socket.write(ask(12));
  await until(() => next.bodies().length === 1);
  expect(next.bodies()).toEqual([MOVIES.join(",")]);
});
