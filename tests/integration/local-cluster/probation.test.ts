import type { Database } from "@canarec/db-utils/database";
import {
  type ReleasedService,
  createServiceReleaseRepository,
} from "@canarec/db-utils/releases/service-release-repository";
import { carryOutReleases } from "@canarec/local-cluster/service-releases/carry-out-releases";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partitionedDatabase } from "../../partitioned-database.ts";

const opened = new Resources();
const stop = new AbortController();
/** Where each service's code is; a build's folder is its commit. */
const folders = new Map<string, string>();
let db: Database;
const told: string[] = [];
/** A folder whose code no longer starts. */
let broken = "";
let kept: readonly string[] = [];

beforeAll(async () => {
  ({ db } = opened.use(await partitionedDatabase()));
  const ended = carryOutReleases(
    {
      ...{ repository: createServiceReleaseRepository(db), client: db.pool, probationMs: 600_000 },
      builds: {
        prepare: (code) => Promise.resolve(code),
        prune: (keep) => Promise.resolve(void (kept = keep)),
      },
      services: new Map([service("stream-parser"), service("load-balancer")]),
      now: () => new Date(),
      tell: (name, text) => told.push(`${name}: ${text}`),
    },
    stop.signal,
  );
  opened.defer(() => ended);
  opened.defer(() => stop.abort());
});
afterAll(() => opened[Symbol.asyncDispose]());

function service(name: ReleasedService) {
  folders.set(name, "checkout");
  const release = async (folder: string) => {
    if (folder === broken) throw new Error("it does not start any more");
    await Promise.resolve(folders.set(name, folder));
  };
  return [name, { folder: () => folders.get(name) ?? "", release }] as const;
}

/** Release a build, and wait until it serves. */
async function released(name: ReleasedService, letter: string) {
  const repository = createServiceReleaseRepository(db);
  const id = await repository.submit({
    ...{ submittedAt: new Date(), service: name, ref: letter, code: letter.repeat(40), tag: null },
    ...{ actor: "me", source: "cli" },
  });
  const stateOf = async (one = id) => (await repository.find(one))?.state;
  await expect.poll(stateOf, { timeout: 60_000 }).toBe("serving");
  return { id, stateOf };
}

async function lines(written: number, rejected: number): Promise<void> {
  await db.pool.query(
    `insert into stream_offsets (topic, partition, next_offset, lines_total) values ('movielog', 0, 1, $1)
     on conflict (topic, partition) do update set lines_total = stream_offsets.lines_total + $1`,
    [written],
  );
  await db.pool.query(
    `insert into rejection_counts as c (topic, partition, hour, reason, lines)
     values ('movielog', 0, date_bin('1 hour', now(), '2000-01-01Z'), 'bad_time', $1)
     on conflict (topic, partition, hour, reason) do update set lines = c.lines + excluded.lines`,
    [rejected],
  );
}

async function answers(count: number, status: number, prefix: string): Promise<void> {
  await db.pool.query(
    `insert into exposures (user_id, answered_at, status, latency_us, personalised, pinned, request_id, assigned, served,
       reason, attempts, list)
     select i, now(), $2::int, 10, false, false, $3::text || i, 'main', case $2::int when 200 then 'main' else 'none' end, 'ok', '[]', '{}'
     from generate_series(1, $1::int) as i`,
    [count, status, prefix],
  );
}

const notices = async () =>
  (await db.pool.query<{ text: string }>("select text from notices order by created_at")).rows.map(
    ({ text }) => text,
  );

describe("a build of a service that took over", () => {
  it("is taken back where it rejects the lines that the one before wrote, and the operators are told", async () => {
    await lines(1_000, 3);
    const good = await released("stream-parser", "a");
    await lines(500, 5);
    const bad = await released("stream-parser", "b");
    expect(kept).toContain("a".repeat(40));
    expect(await good.stateOf()).toBe("replaced");
    await lines(60, 60);
    await expect.poll(() => bad.stateOf(), { timeout: 60_000 }).toBe("rolled-back");
    expect(await good.stateOf()).toBe("serving");
    expect(folders.get("stream-parser")).toBe("a".repeat(40));
    expect(await notices()).toEqual([
      expect.stringMatching(/taken back, as it did worse: lines: 60 of 60 were bad, 0\.5 % before/),
    ]);
    expect(told.at(-1)).toContain("taken back");
  });

  it("is taken back where it answers users with errors, to the checkout where nothing was released before", async () => {
    await answers(200, 200, "before");
    const bad = await released("load-balancer", "c");
    await answers(30, 503, "after");
    await expect.poll(() => bad.stateOf(), { timeout: 60_000 }).toBe("rolled-back");
    expect(folders.get("load-balancer")).toBe("checkout");
  });

  it("stays, and the operators are told, where the one before does not start any more", async () => {
    const bad = await released("load-balancer", "f");
    broken = "checkout";
    await answers(30, 503, "stuck");
    await expect
      .poll(notices, { timeout: 60_000 })
      .toContainEqual(
        expect.stringMatching(
          /serves, but it does worse .* could not be taken back: it does not start/,
        ),
      );
    expect([await bad.stateOf(), folders.get("load-balancer")]).toEqual([
      "serving",
      "f".repeat(40),
    ]);
    broken = "";
  });

  it("stays where it does as well", async () => {
    const good = await released("load-balancer", "d");
    await answers(200, 200, "well");
    const bad = await released("stream-parser", "e");
    await lines(60, 60);
    await expect.poll(() => bad.stateOf(), { timeout: 60_000 }).toBe("rolled-back");
    expect(await good.stateOf()).toBe("serving"); // looked at as often
  });
});
