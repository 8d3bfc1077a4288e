import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Request, response } from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256Of } from "./bearer.ts";
import { parseConfig } from "./config.ts";
import {
  METRICS_TOKEN_VARIABLES,
  type MetricsToken,
  metricsAuthorization,
  metricsTokenFrom,
  requireMetricsToken,
} from "./metrics-access.ts";
import { z } from "zod";

const folder = { path: "" };
const file = (name: string) => join(folder.path, name);

beforeAll(() => {
  folder.path = mkdtempSync(join(tmpdir(), "canarec-metrics-"));
  writeFileSync(file("token"), "t0ken\n");
  writeFileSync(file("hashed"), `sha256:${sha256Of("t0ken")}\n`);
  writeFileSync(file("empty"), "\n");
});
afterAll(() => {
  rmSync(folder.path, { recursive: true });
});

/** Whether a request from that address is let through, and how often one was refused. */
async function asked(token: MetricsToken, remoteAddress: string, authorization?: string) {
  let refused = 0;
  let passed = 0;
  const guard = requireMetricsToken(token, () => (refused += 1));
  const req = { headers: { authorization, "x-forwarded-for": "127.0.0.1" } };
  const whole = { ...req, socket: { remoteAddress } } as unknown as Request;
  const failure: unknown = await Promise.resolve(
    guard(whole, response, () => void (passed += 1)),
  ).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const isLet = failure === undefined;
  expect([passed, refused]).toEqual(isLet ? [1, 0] : [0, 1]);
  if (!isLet) expect(failure).toMatchObject({ code: "unauthenticated" });
  return isLet;
}

describe("metrics without a token", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.8.9.10", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["::ffff:10.0.0.1", false],
    ["10.0.0.1", false],
    ["128.0.0.1", false],
    ["fe80::1", false],
    ["", false],
  ])("are seen from %s: %s", async (address, may) => {
    expect(await asked({ file: undefined, sha256: undefined }, address)).toBe(may);
  });
});

describe("metrics with a token", () => {
  it.each([
    ["token", "Bearer t0ken", true],
    ["hashed", "Bearer t0ken", true],
    ["token", "Bearer t0keN", false],
    ["token", "Basic t0ken", false],
    ["token", undefined, false],
    ["hashed", `Bearer ${sha256Of("t0ken")}`, false],
    ["empty", "Bearer t0ken", false],
    ["none", "Bearer t0ken", false],
  ])("of the file %s are shown to %s: %s, wherever it comes from", async (name, given, may) => {
    for (const address of ["127.0.0.1", "10.0.0.1"]) {
      expect(await asked({ file: file(name), sha256: undefined }, address, given)).toBe(may);
    }
  });

  it("whose hash alone is known are shown to whoever has it", async () => {
    const token = { file: undefined, sha256: sha256Of("t0ken") };
    expect(await asked(token, "10.0.0.1", "Bearer t0ken")).toBe(true);
    expect(await asked(token, "127.0.0.1")).toBe(false);
  });
});

describe("metricsAuthorization", () => {
  it("is the token, where it is known", async () => {
    const of = (name: string) => metricsAuthorization({ file: file(name) });
    expect(await of("token")).toEqual({ authorization: "Bearer t0ken" });
    expect(await Promise.all(["hashed", "empty", "none"].map(of))).toEqual([{}, {}, {}]);
    expect(await metricsAuthorization({ file: undefined })).toEqual({});
  });
});

describe("metricsTokenFrom", () => {
  const read = (env: Record<string, string>) =>
    metricsTokenFrom(parseConfig(z.object(METRICS_TOKEN_VARIABLES), env));

  it("has an absolute path, or none", () => {
    expect(read({ METRICS_TOKEN_FILE: "/a/../b" })).toEqual({ file: "/b", sha256: undefined });
    expect(read({})).toEqual({ file: undefined, sha256: undefined });
  });

  it("wants a hash that is one", () => {
    expect(() => read({ METRICS_TOKEN_SHA256: "t0ken" })).toThrow("METRICS_TOKEN_SHA256: expected");
  });
});
