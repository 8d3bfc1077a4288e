import { GateReport } from "@canarec/inference/contract/gate-report";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshCollection, freshCollection } from "../../servers.ts";
import { canarec } from "../cli/called-canarec.ts";
import { type World, buildNow } from "../inference/inference-under-test.ts";
import { USERS, openTasteWorld, trainNow } from "../inference/trained-world.ts";

const opened = new Resources();
let world: World;
let collection: FreshCollection;
let learned: string;

/** The newest interactions are of the fifty-ninth day. */
beforeAll(async () => {
  ({ world, collection } = opened.use(await openTasteWorld()));
  learned = (await trainNow(world.database, collection)).bundleId;
});
afterAll(() => opened[Symbol.asyncDispose]());

async function gate(main: string, candidate: string, ...options: readonly string[]) {
  const args = ["gate", "--main", main, "--candidate", candidate, "--json", ...options];
  const env = { DATABASE_URL: world.databaseUrl, CHROMA_URL: collection.url };
  const { code, out, err } = await canarec(args, { env });
  if (out === "") throw new Error(err);
  return { code, err, report: GateReport.parse(JSON.parse(out)) };
}

describe("the gate of bundles whose models were trained", () => {
  it("trains anew what has learned from the test, and finds what tastes tell", async () => {
    const content = (await buildNow(world.database)).bundleId;
    const { code, report } = await gate(content, learned);
    expect(code).toBe(0);
    expect(report.verdict).toBe("pass");
    expect(report.main.refitted).toBe(false);
    expect(report.candidate.refitted).toBe(true);
    expect([report.main.highEventAt, report.candidate.highEventAt]).toEqual([
      null,
      "2026-03-01T00:00:00.000Z", // the last of sixty days
    ]);
    expect(report.split?.users).toBeGreaterThanOrEqual(report.margins.leastUsers);
    expect(Date.parse(report.split?.at ?? "")).toBeLessThan(Date.parse("2026-02-28T00:00:00Z"));
    expect(report.answers).toEqual({ asked: USERS, invalid: 0 });
  });

  it("holds two bundles of one configuration for the same, whatever data they had", async () => {
    const before = learned;
    await world.database.pool.query(
      `update interactions set last_watched_at = last_watched_at + interval '1 minute'
       where user_id = 1000`,
    );
    const after = (await trainNow(world.database, collection)).bundleId;
    expect(after).not.toBe(before);
    const { code, report } = await gate(before, after, "--seed", "3");
    expect(code).toBe(0);
    expect([report.main.refitted, report.candidate.refitted]).toEqual([true, true]);
    // What is explored depends on the bundle's id; all else is equal.
    for (const { difference } of report.figures) expect(Math.abs(difference)).toBeLessThan(0.05);
  });

  it("tests bundles as they are on what came after both", async () => {
    await world.database.pool.query(
      `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
       select u, 1 + (u % 2) * 30 + (u * 7 + 11) % 30, 99, t, t
       from generate_series(1000, 1119) as u, (select timestamptz '2026-03-05' as t) as day on conflict do nothing`,
    );
    const again = (
      await trainNow(world.database, collection, { seed: 2, since: new Date("2026-01-05") })
    ).bundleId;
    // Both have seen it all.
    expect((await gate(learned, again)).report.candidate.refitted).toBe(true);
    // The first has not seen the last day; a bundle of neighbours alone learns from nobody.
    const content = (await buildNow(world.database)).bundleId;
    const { report } = await gate(learned, content, "--least-users", "20");
    expect([report.main.refitted, report.candidate.refitted]).toEqual([false, false]);
    expect(Date.parse(report.split?.at ?? "")).toBeGreaterThan(Date.parse("2026-02-28T00:00:00Z"));
  });

  it("reads a bundle that was trained where nothing is embedded", async () => {
    await using nothing = freshCollection();
    const { bundleId } = await trainNow(world.database, nothing, { models: ["popularity"] });
    const { report } = await gate(learned, bundleId);
    expect(report.damage).toBeNull();
    expect(report.answers).toEqual({ asked: USERS, invalid: 0 });
  });
});
