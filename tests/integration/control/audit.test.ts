import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditEntry, createAuditRepository } from "@canarec/db-utils/audit/audit-repository";
import type { ControlPlane } from "@canarec/load-balancer/control/compose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canarec, canarecJson } from "../cli/called-canarec.ts";
import { until } from "../load-balancer/load-balancer-under-test.ts";
import { type ControlWorld, openControlWorld, operatorOf } from "./control-under-test.ts";

let world: ControlWorld;
let plane: ControlPlane;
let operator: ReturnType<typeof operatorOf>;

beforeAll(async () => {
  world = await openControlWorld();
  plane = await world.start();
  operator = operatorOf(world, plane);
  await operator.untilReady();
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function entries(action: string): Promise<AuditEntry[]> {
  return createAuditRepository(world.database).list({ limit: 100, action });
}

const newest = async (action: string) => (await entries(action))[0];

const asked = (path: string, init: RequestInit = {}) => fetch(plane.url + path, init);

/** One of each kind, as an operator may ask for it. */
const REQUESTS: readonly (readonly [string, string, object?])[] = [
  ["POST", "/releases", { ref: "HEAD", actor: "me" }],
  ["GET", "/releases"],
  ["GET", "/releases/1"],
  ["GET", "/releases/1/record"],
  ["POST", "/releases/1/promote", { actor: "me", reason: "well" }],
  ["GET", "/code?ref=HEAD"],
  ["GET", "/plans"],
  ["GET", "/status"],
  ["PUT", "/pins/1", { track: "nightly" }],
  ["DELETE", "/pins/1"],
  ["GET", "/audit"],
  ["GET", "/tokens"],
  ["POST", "/tokens", { name: "thief" }],
  ["DELETE", "/tokens/ann"],
];

describe("without a valid token", () => {
  it.each([
    ["none", undefined],
    ["a wrong one", "Bearer wrong"],
    ["an empty one", "Bearer "],
    ["another scheme", "Basic d3Jvbmc6d3Jvbmc="],
  ])("%s: nothing is answered but 401", async (_what, authorization) => {
    for (const [method, path, body] of REQUESTS) {
      const answer = await asked(path, {
        method,
        headers: {
          "content-type": "application/json",
          ...(authorization !== undefined && { authorization }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      expect(answer.status, `${method} ${path}`).toBe(401);
      expect(await answer.json()).toEqual({
        code: "unauthenticated",
        message: "a bearer token is needed",
      });
    }
  });

  it("an attempt is counted, and on record with where it came from", async () => {
    await until(async () => (await entries("authenticate")).length > 0);
    expect(await newest("authenticate")).toMatchObject({
      ...{ actor: "unknown", credential: null, source: "127.0.0.1" },
      ...{
        outcome: expect.stringMatching(/^refused/) as string,
        arguments: { what: "POST /releases" },
      },
    });
    const metrics = await (await asked("/metrics")).text();
    const count = /^canarec_authentication_failures_total\{[^}]*\} (\d+)$/m.exec(metrics)?.[1];
    expect(Number(count)).toBe(4 * REQUESTS.length);
  });
});

describe("the audit log", () => {
  const who = { credential: "home", source: "127.0.0.1" };

  it("has pins, and that they are taken away", async () => {
    await operator.api("PUT", "/pins/7", { track: "nightly", actor: "ann", reason: "a look" });
    const pinned = { actor: "ann", reason: "a look", arguments: { userId: 7, track: "nightly" } };
    expect(await newest("pin")).toMatchObject({ ...who, ...pinned, outcome: "accepted" });
    await operator.api("DELETE", "/pins/7");
    const unpinned = { actor: "home", arguments: { userId: 7 }, outcome: "accepted" };
    expect(await newest("unpin")).toMatchObject({ ...who, ...unpinned });
  });

  it("has what was refused, with the reason", async () => {
    const { body } = await operator.api("POST", "/releases/1/promote", {
      ...{ actor: "ann", reason: "again" },
    });
    expect(await newest("promote")).toMatchObject({
      ...{ ...who, actor: "ann", reason: "again", releaseId: 1 },
      outcome: `refused: ${String(body["message"])}`,
    });
    await operator.api("POST", "/releases", {
      ref: "nowhere",
      actor: "ann",
      bundle: "ab".repeat(32),
    });
    expect(await newest("submit")).toMatchObject({
      ...{ ...who, outcome: "refused: there is no commit nowhere", arguments: { ref: "nowhere" } },
    });
  });

  it("is read by whoever may, and by the command", async () => {
    const { body } = await operator.api("GET", "/audit?limit=1&action=pin");
    expect(body).toMatchObject({ entries: [{ action: "pin", actor: "ann" }] });
    const env = { DATABASE_URL: world.databaseUrl };
    const listed = await canarecJson(["audit", "--action", "pin", "--since", "1"], { env });
    expect(listed).toMatchObject({ entries: [{ action: "pin", actor: "ann", ...who }] });
    // Whoever is told of the control plane alone is answered the same.
    const remote = {
      CONTROL_URL: plane.url,
      CONTROL_TOKEN_FILE: join(world.home, "control-token"),
    };
    const filter = ["audit", "--action", "pin", "--since", "1", "--limit", "5"];
    expect(await canarecJson(filter, { env: { ...remote, CANAREC_HOME: "/nowhere" } })).toEqual(
      listed,
    );
    const { out } = await canarec(["audit"], { env });
    expect(out).toMatch(/ann +home +127\.0\.0\.1 +pin 7 +accepted +a look/);
  });

  it("has commands that change the database, and how they ended", async () => {
    const env = { DATABASE_URL: world.databaseUrl, CANAREC_ACTOR: "bob" };
    await canarecJson(["db", "retention"], { env });
    expect(await newest("db retention")).toMatchObject({ actor: "bob", outcome: "done" });
    const { code } = await canarec(["db", "restore", "nowhere"], { env });
    expect(code).toBe(1);
    expect(await newest("db restore")).toMatchObject({
      ...{ actor: "bob", credential: null, arguments: { arguments: ["nowhere"] } },
      outcome: expect.stringMatching(/^failed: /) as string,
    });
    await canarecJson(["db", "status"], { env });
    expect(await entries("db status")).toEqual([]);
  });
});

describe("an operator's own token", () => {
  it("lets its owner in by name, is kept as a hash alone, and can be taken away", async () => {
    const env = { CONTROL_URL: plane.url, CANAREC_HOME: world.home };
    const { token } = (await canarecJson(["token", "create", "ann"], { env })) as { token: string };
    expect(token).toMatch(/^[\w-]{43}$/);
    const { rows } = await world.database.pool.query<{ kept: string }>(
      `select row_to_json(t)::text as kept from operator_tokens t
       union all select row_to_json(a)::text from audit_log a`,
    );
    expect(rows.map(({ kept }) => kept).join()).not.toContain(token);

    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ track: "main" });
    expect((await asked("/pins/8", { method: "PUT", headers, body })).status).toBe(200);
    expect(await newest("pin")).toMatchObject({ credential: "ann", actor: "ann" });

    expect((await canarec(["token", "create", "ann"], { env })).err).toContain("has been used");
    expect((await canarec(["token", "create", "bad name!"], { env })).err).toMatch(
      /^canarec: [^\n→✖]*name: expected lower-case letters, digits, dots and dashes\n$/,
    );
    await canarecJson(["token", "revoke", "ann", "--reason", "left"], { env });
    expect((await asked("/status", { headers })).status).toBe(401);
    expect(await newest("revoke-token")).toMatchObject({ reason: "left", outcome: "accepted" });
    const { out } = await canarec(["token", "list"], { env });
    expect(out).toMatch(/^ann +\d{4}-/m);
  });

  it("is not written where it would be found: neither is the home's", async () => {
    const home = readFileSync(join(world.home, "control-token"), "utf8").trim();
    const { rows } = await world.database.pool.query<{ kept: string }>(
      "select row_to_json(a)::text as kept from audit_log a",
    );
    expect(rows.map(({ kept }) => kept).join()).not.toContain(home);
  });
});
