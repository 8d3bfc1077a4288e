import type { Database } from "@canarec/db-utils/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PartitionedDatabase, partitionedDatabase } from "../../partitioned-database.ts";
import { canarec, canarecJson } from "./called-canarec.ts";
import { documentedFields } from "./documented-fields.ts";

let fresh: PartitionedDatabase;
let db: Database;
let env: Record<string, string>;

const ATTEMPTS = [
  { replica: "r7-1", status: 500, ms: 12.5, error: "server_error" },
  { replica: "r7-2", status: 200, ms: 31 },
];
const SNAPSHOT = {
  ...{ v: 1, version: 31, epoch: 2, nightlyWeight: 0.25, salt: "release-7-1", step: 3 },
  ...{ leaseEndsAt: "2026-03-01T20:00:00.000Z", releaseId: 7, shadowShare: 0, pinned: {} },
  replicas: {
    main: [{ name: "r1-1", url: "http://127.0.0.1:1" }],
    nightly: [{ name: "r7-2", url: "http://127.0.0.1:2" }],
  },
};

beforeAll(async () => {
  fresh = await partitionedDatabase();
  db = fresh.db;
  env = { DATABASE_URL: fresh.url };
});
afterAll(() => fresh[Symbol.asyncDispose]());

function expose(requestId: string, at: Date, changes: Readonly<Record<string, unknown>> = {}) {
  const row = {
    ...{ user_id: 42, answered_at: at, snapshot_version: 31, step: 3, release_id: 7, status: 200 },
    ...{ latency_us: 45_678, personalised: true, pinned: false, request_id: requestId },
    ...{ assigned: "nightly", served: "nightly", reason: "retried", build: "b7", bundle: "ab" },
    ...{ replica: "r7-2", attempts: JSON.stringify(ATTEMPTS), list: ["alien+1979", "heat+1995"] },
    ...changes,
  };
  const names = Object.keys(row);
  return db.pool.query(
    `insert into exposures (${names.join(", ")}) values (${names.map((_, i) => `$${i + 1}`).join(", ")})`,
    Object.values(row),
  );
}

describe("canarec trace", () => {
  it("says of an id that nobody has written yet up to when answers are", async () => {
    const none = await canarec(["trace", "r-0"], { env });
    expect(none.code).toBe(1);
    expect(none.err).toContain("no answer has the request id r-0: no answer has been written yet");
    await db.pool.query(
      `insert into stream_offsets values ('canarec-exposures', 0, 9, 'x', '2026-03-01T20:00:00Z', 9),
         ('canarec-exposures', 1, 9, 'x', '2026-03-01T19:59:59Z', 9)`,
    );
    expect((await canarec(["trace", "r-0"], { env })).err).toContain(
      "answers are written up to 2026-03-01T19:59:59.000Z: a later one is not there yet",
    );
  });

  it("refuses what is no request id", async () => {
    const wrong = await canarec(["trace", "a b'; --"], { env });
    expect([wrong.code, wrong.err]).toEqual([
      1,
      "canarec: a request id has 1 to 128 letters, digits and . : _ -\n",
    ]);
  });

  it("shows assignment, replica, attempts with their times, and the exposure, of any day that is kept", async () => {
    const answeredAt = new Date(Date.now() - 9 * 86_400_000);
    await expose("r-1", answeredAt);
    await expose("r-2", new Date());
    await db.pool.query("insert into routing_snapshots values (31, 2, now(), 7, $1)", [
      JSON.stringify(SNAPSHOT),
    ]);
    expect(await canarecJson(["trace", "r-1"], { env })).toEqual({
      exposure: {
        ...{ requestId: "r-1", answeredAt: answeredAt.toISOString(), userId: 42 },
        ...{ assigned: "nightly", served: "nightly", reason: "retried", pinned: false },
        ...{ snapshotVersion: 31, step: 3, releaseId: 7, build: "b7", bundle: "ab" },
        ...{ replica: "r7-2", attempts: ATTEMPTS, status: 200, latencyUs: 45_678 },
        ...{ personalised: true, list: ["alien+1979", "heat+1995"] },
      },
      routing: { version: 31, nightlyWeight: 0.25, releaseId: 7 },
    });
    const { out } = await canarec(["trace", "r-1"], { env });
    expect(out).toContain("user 42: status 200");
    expect(out).toContain(
      "Assigned to nightly (by the hash of the id, nightly's weight being 25 %; routing 31, release 7, step 3).",
    );
    expect(out).toMatch(/1 +r7-1 +12\.5 +500 +server_error\n2 +r7-2 +31\.0 +200\n/);
    expect(out).toContain("Exposure: 2 movies, personalised: alien+1979, heat+1995");
  });

  it("says what nobody answered, under a routing that is gone", async () => {
    await expose("r-3", new Date(), {
      ...{ snapshot_version: 5, release_id: null, step: 0, status: 503, served: "none" },
      ...{ reason: "unanswered", build: null, bundle: null, replica: null, pinned: true, list: [] },
    });
    expect(await canarecJson(["trace", "r-3"], { env })).toMatchObject({ routing: null });
    const { out } = await canarec(["trace", "r-3"], { env });
    expect(out).toContain(
      "Assigned to nightly (pinned by an operator; routing 5, no release was under way).",
    );
    expect(out).toContain("Served by the load balancer itself (unanswered): replica none");
    expect(out).toContain("It had no list.");
  });
});

describe("canarec exploration", () => {
  const BUNDLE = "ab".repeat(32);
  const exploration = { slots: [1], chance: 0.5, pool: 4, temperature: 1 };
  const days = 86_400_000;

  it("refuses a log without propensities", async () => {
    await db.pool.query(
      `insert into bundles (bundle_id, bytes, schema_version, state, collection, watermark, manifest)
       values ($1, 1, 3, 'complete', 'c', '{"offsets": {}, "highEventAt": null}', $2)`,
      [BUNDLE, { learned: { blend: { exploration } } }],
    );
    await expose("silent", new Date(Date.now() - 5 * days), { bundle: BUNDLE });
    const { out } = await canarec(["exploration"], { env });
    expect(out).toContain("not known: 1 of 1 have no propensity");
  });

  it("says what places that explore earn, had they never or always explored", async () => {
    await db.pool.query(
      `insert into movies (movie_key, movie_id, source) overriding system value
       values (11, 'alien+1979', 'stream'), (12, 'heat+1995', 'stream')`,
    );
    const at = new Date(Date.now() - 3 * days);
    const drawn = { bundle: BUNDLE, snapshot_version: null };
    // Of four users two were tried, of whom one takes it; one of the others takes what they kept.
    for (const [userId, propensity] of [0.5, 0.5, 0.2, 0.2].entries()) {
      const propensities = JSON.stringify([1, propensity]);
      await expose(`d${userId}`, at, { ...drawn, user_id: userId, propensities });
    }
    await expose("later", new Date(at.getTime() + days), {
      ...{ ...drawn, user_id: 0, propensities: "[1, 0.2]" },
    });
    await expose("pinned", at, { ...drawn, user_id: 9, pinned: true, propensities: "[1, 0.2]" });
    await db.pool.query("insert into users (user_id) values (0), (1), (2), (3)");
    await db.pool.query(
      `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
       values (0, 12, 3, $1::timestamptz + interval '1 h', now()), (2, 12, 3, $1::timestamptz + interval '2 h', now()),
         (1, 11, 3, $1::timestamptz + interval '1 h', now()), (3, 12, 3, $1::timestamptz + interval '25 h', now())`,
      [at],
    );
    const found = (await canarecJson(["exploration", "--days", "3"], { env })) as object;
    expect(Object.keys(found).sort()).toEqual(documentedFields("exploration"));
    expect(found).toMatchObject({ answers: 5, choices: 4, explored: 2 });
    const value = expect.closeTo(0.5) as number;
    expect(found).toMatchObject({
      policies: [
        { policy: "logged", found: { snips: { value }, effectiveDecisions: 4 } },
        { policy: "never", found: { snips: { value }, effectiveDecisions: 2 } },
        { policy: "always", found: { snips: { value }, effectiveDecisions: 2 } },
      ],
    });
  });
});
