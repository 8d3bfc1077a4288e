import type { Database } from "@canarec/db-utils/database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PartitionedDatabase, partitionedDatabase } from "../../partitioned-database.ts";
import { canarec, canarecJson } from "./called-canarec.ts";

let fresh: PartitionedDatabase;
let db: Database;
let env: Record<string, string>;

beforeAll(async () => {
  fresh = await partitionedDatabase();
  db = fresh.db;
  env = { DATABASE_URL: fresh.url };
});
afterAll(() => fresh[Symbol.asyncDispose]());

describe("canarec digest", () => {
  it("sums up yesterday from what is written, and tells it once", async () => {
    const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const noon = `${day}T12:00:00Z`;
    await db.pool.query(
      `insert into exposures (user_id, answered_at, status, latency_us, personalised, pinned, request_id, assigned, served,
         reason, attempts, list)
       select i, $1::timestamptz + i * interval '1 s', case i when 4 then 503 when 5 then 499 else 200 end, 10000 * i, i < 3, false,
         'r' || i, 'main', case when i > 2 then 'none' else 'main' end,
         (array['ok', 'retried', 'fallback_list', 'unanswered', 'client_closed'])[i], '[]',
         case when i < 4 then array['alien+1979'] else '{}' end
       from generate_series(1, 5) as i`,
      [noon],
    );
    await db.pool.query("insert into movies (movie_id, source) values ('alien+1979', 'stream')");
    await db.pool.query("insert into users (user_id) values (1), (2)");
    await db.pool.query(
      `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
       values (1, 1, 3, $1::timestamptz + interval '1 h', $1::timestamptz + interval '2 h'),
         (2, 1, 3, $1::timestamptz - interval '1 h', $1::timestamptz + interval '2 h')`,
      [noon],
    );
    await db.pool.query(
      "insert into rejection_counts values ('movielog', 0, date_bin('1 hour', $1::timestamptz, '2000-01-01Z'), 'bad_time', 7)",
      [noon],
    );
    await db.pool.query("insert into troubles values ('lag', $1, null, '812 s')", [noon]);
    const digest = await canarecJson(["digest"], { env });
    expect(digest).toEqual({
      day,
      answers: {
        ...{ answers: 4, users: 4, good: 2, ownList: 1, unanswered: 1, personalised: 2 },
        ...{ p50Ms: 25, p99Ms: expect.closeTo(39.7) as number },
      },
      dayBefore: { answers: 0, users: 0 },
      platform: { answers: 0, failed: 0 },
      taken: { users: 3, took: 1 },
      releases: [],
      rejectedLines: [{ reason: "bad_time", lines: 7 }],
      failedJobs: [],
      troubles: [{ trouble: "lag", beganAt: `${day}T12:00:00.000Z`, endedAt: null, what: "812 s" }],
    });
    for (const _again of [1, 2]) {
      expect((await canarec(["digest", "--tell"], { env })).out).toContain("Rejected: 7 lines");
    }
    const { rows } = await db.pool.query<{ key: string }>("select notice_key as key from notices");
    expect(rows).toEqual([{ key: `digest-${day}` }]);
  });

  it("refuses what is no day", async () => {
    const wrong = await canarec(["digest", "--day", "2026-02-30"], { env });
    expect([wrong.code, wrong.err]).toEqual([1, "canarec: expected a day as 2026-03-01\n"]);
    const future = await canarec(["digest", "--day", "2999-01-01"], { env });
    expect([future.code, future.err]).toEqual([1, "canarec: 2999-01-01 has not begun (UTC)\n"]);
  });
});
