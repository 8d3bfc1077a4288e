import type { ControlPlane } from "@canarec/load-balancer/control/compose";
import { afterEach, describe, expect, it } from "vitest";
import { canarec } from "../cli/called-canarec.ts";
import { openTcpProxy } from "../inference/tcp-proxy.ts";
import { until } from "../load-balancer/load-balancer-under-test.ts";
import { type ControlWorld, openControlWorld, operatorOf, words } from "./control-under-test.ts";

const SHORT_LEASE_SECONDS = 2;
/** For a successor to be there in time, on a busy machine, too. */
const LEASE_SECONDS = 12;

/** One request of every route that reads Postgres, or puts on record what was asked. */
const OF_POSTGRES: readonly (readonly [string, string, object?])[] = [
  ...(["/releases", "/releases/1", "/releases/1/record", "/status"] as const).map(
    (path) => ["GET", path] as const,
  ),
  ...(["/audit", "/tokens", "/service-releases", "/service-releases/1"] as const).map(
    (path) => ["GET", path] as const,
  ),
  ["POST", "/releases", { ref: "HEAD", actor: "me" }],
  ["POST", "/releases/1/promote", { actor: "me", reason: "well" }],
  ["POST", "/service-releases", { service: "stream-parser", ref: "HEAD", actor: "me" }],
  ["PUT", "/pins/1", { track: "nightly" }],
  ["DELETE", "/pins/1", {}],
  ["POST", "/tokens", { name: "ann" }],
  ["DELETE", "/tokens/ann", {}],
];

let world: ControlWorld;
const planes: ControlPlane[] = [];

async function open(leaseSeconds: number): Promise<void> {
  world = await openControlWorld({ leaseSeconds });
}
afterEach(async () => {
  for (const plane of planes.splice(0)) await plane[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function start(changes = {}) {
  const plane = await world.start(changes);
  planes.push(plane);
  return { plane, ...operatorOf(world, plane) };
}

/** A release on its way, with users on both tracks. */
async function underWay(operator: Awaited<ReturnType<typeof start>>): Promise<number> {
  await operator.untilReady();
  await until(async () => (await fetch(`${world.balancer.adminUrl}/readyz`)).status === 200);
  world.repository.commit("second");
  const id = await operator.submit("HEAD");
  await operator.untilState(id, "evaluating");
  await until(async () => (await words(world)).size === 2);
  return id;
}

const pass = async (leaseSeconds: number) =>
  new Promise((resolve) => setTimeout(resolve, 2 * leaseSeconds * 1_000));

describe("two control planes", () => {
  it("lead one after the other, and the second goes on where the first ended", async () => {
    await open(LEASE_SECONDS);
    const first = await start();
    const id = await underWay(first);
    const second = await start();
    const refused = await second.api("POST", "/releases", { ref: "HEAD", actor: "me" });
    expect(refused).toMatchObject({ status: 503, body: { message: "another controller leads" } });
    const epoch = async () => {
      const { rows } = await world.database.pool.query("select epoch from control_epoch");
      return rows[0] as { epoch: number };
    };
    const before = await epoch();
    await first.plane[Symbol.asyncDispose]();
    await until(async () => (await epoch()).epoch > before.epoch);
    expect(await second.rolloutOf(id)).toMatchObject({ state: "evaluating", window: 1 });
    await pass(LEASE_SECONDS); // the second renews the lease
    expect((await words(world)).size).toBe(2);
    await second.api("POST", `/releases/${id}/promote`, { actor: "me", reason: "well" });
    await second.untilState(id, "promoted");
    expect(await words(world)).toEqual(new Set(["second"]));
  });
});

describe("without a control plane", () => {
  it("main serves all after the lease; the next one holds until an operator resumes, anew", async () => {
    await open(SHORT_LEASE_SECONDS);
    const first = await start();
    const id = await underWay(first);
    await first.plane[Symbol.asyncDispose]();
    await until(async () => (await words(world)).size === 1);
    expect(await words(world)).toEqual(new Set(["first"]));
    const next = await start();
    await next.untilState(id, "holding");
    await pass(SHORT_LEASE_SECONDS);
    expect(await words(world)).toEqual(new Set(["first"]));
    await next.api("POST", `/releases/${id}/resume`, { actor: "me", reason: "all is well" });
    await next.untilState(id, "evaluating");
    await until(async () => (await words(world)).size === 2);
    expect(await next.rolloutOf(id)).toMatchObject({ window: 2, salt: `release-${id}-2` });
  });
});

describe("without Postgres", () => {
  it("a leader renews the lease: nobody is moved", async () => {
    await open(LEASE_SECONDS);
    await using postgres = await openTcpProxy(world.databaseUrl);
    const operator = await start({ DATABASE_URL: postgres.url });
    const id = await underWay(operator);
    postgres.cut();
    for (const [method, path, body] of OF_POSTGRES) {
      const answer = await operator.api(method, path, body);
      const away = { status: 503, body: { code: "unavailable", message: "no Postgres answers" } };
      expect(answer, `${method} ${path}`).toEqual(away);
    }
    expect((await operator.api("GET", "/plans")).status).toBe(200);
    expect((await operator.api("GET", "/code?ref=HEAD")).status).toBe(200);
    const env = { CONTROL_URL: operator.plane.url, CANAREC_HOME: world.home };
    for (const command of ["release status", "release list", "token list", "audit"]) {
      const { code, err } = await canarec(command.split(" "), { env });
      expect({ code, err }, command).toEqual({ code: 1, err: "canarec: no Postgres answers\n" });
    }
    await pass(LEASE_SECONDS);
    expect((await words(world)).size).toBe(2);
    postgres.mend();
    await until(async () => {
      const rollout = await operator.rolloutOf(id).catch(() => undefined);
      return rollout?.["state"] === "evaluating";
    });
    expect((await words(world)).size).toBe(2);
    expect(await operator.rolloutOf(id)).toMatchObject({ window: 1 });
  });
});
