import { describe, expect, it } from "vitest";
import { openDatabase } from "@canarec/db-utils/database";
import { createInteractionRepository } from "@canarec/db-utils/interactions/repository";
import { readKnownUser } from "@canarec/db-utils/users/read-known-user";
import { freshDatabase } from "../../servers.ts";
import { insertInteractions, insertMovies } from "./catalogue-fixture.ts";

describe("InteractionRepository", () => {
  it("gives a user's whole history, and nobody else's", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertMovies(db, 3);
    const watched = {
      minute: 91,
      first: "2024-02-27T18:45:18.198Z",
      last: "2024-02-27T20:16:18.001Z",
    };
    await insertInteractions(db, [
      { userId: 7, movieKey: 1, watched },
      { userId: 7, movieKey: 2, rated: { raw: 3.5, at: "1969-12-31T23:59:59.999Z" } },
      { userId: 7, movieKey: 3, watched, rated: { raw: 5, at: "2024-03-01T00:00:00Z" } },
      { userId: 8, movieKey: 1, watched },
    ]);
    const repository = createInteractionRepository(db);
    const { entries: history } = await readKnownUser(db, 7);
    const times = {
      furthestMinute: 91,
      firstWatchedAtMs: Date.parse(watched.first),
      lastWatchedAtMs: Date.parse(watched.last),
    };
    const never = { furthestMinute: null, firstWatchedAtMs: null, lastWatchedAtMs: null };
    expect([...history].sort((a, b) => a.movieKey - b.movieKey)).toEqual([
      { movieKey: 1, ...times, rating: null, ratedAtMs: null },
      { movieKey: 2, ...never, rating: 0.7, ratedAtMs: -1 },
      { movieKey: 3, ...times, rating: 1, ratedAtMs: Date.parse("2024-03-01T00:00:00Z") },
    ]);
    expect(await readKnownUser(db, 9)).toEqual({ entries: [], hidden: [], person: null });
    expect(await repository.find(7, 2)).toEqual({
      userId: 7,
      movieKey: 2,
      ...never,
      rating: 0.7,
      ratingRaw: 3.5,
      ratedAtMs: -1,
    });
    expect(await repository.find(9, 1)).toBeUndefined();
    expect(await repository.count()).toBe(4);
  });

  it("reads a history by one partition's key, with a plan that is kept", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url, { max: 1 });
    await db.pool.query("set plan_cache_mode = force_generic_plan; set enable_seqscan = off");
    await db.pool.query(
      "prepare history (bigint) as select * from interactions where user_id = $1",
    );
    const { rows } = await db.pool.query<{ "QUERY PLAN": string }>(
      "explain (costs off) execute history (7)",
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/Subplans Removed: 7/);
    expect(plan).toMatch(/Index Cond: \(user_id = \$1\)/);
  });
});
