import { createStatisticsRepository } from "@canarec/db-utils/statistics/repository";
import { expect, it } from "vitest";
import { openWorld, untilWritten } from "./harness.ts";

it("writes each kind of line", async () => {
  await using world = await openWorld(1);
  const day = new Date().toISOString().slice(0, 10);
  await world.send([
    `${day}T00:10,1,GET /data/m/alien+1979/0.mpg`,
    `${day}T00:11,1,GET /data/m/alien+1979/1.mpg`,
    `${day}T01:00:30.123,1,GET /data/m/alien+1979/51.mpg`,
    `${day}T00:11,2,GET /rate/alien+1979=4.5`,
    `${day}T00:12:00.123456,3,recommendation request host:8082, status 200, result: alien+1979, barbie, 12 ms`,
    `${day}T00:12:00.123456,3,recommendation request host:8082, status 0, result: java.lang.Exception: a, b, 800 ms`,
    `${day}T00:09,4,GET /create_account`,
    `${day}T00:09,4,GZET /create_account`,
    null,
  ]);
  await world.startParser();
  await untilWritten(world, { 0: 9 });
  const { rows } = await world.db.pool.query(
    `select user_id, movie_id, furthest_minute, rating_raw, rating from interactions join movies using (movie_key) order by user_id`,
  );
  expect(rows).toEqual([
    { user_id: 1, movie_id: "alien+1979", furthest_minute: 51, rating_raw: null, rating: null },
    { user_id: 2, movie_id: "alien+1979", furthest_minute: null, rating_raw: 4.5, rating: 0.9 },
  ]);
});
