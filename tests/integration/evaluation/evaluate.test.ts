import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EvaluationReport } from "@canarec/cli/evaluate/evaluation-report";
import type { RatingsReport } from "@canarec/cli/evaluate/ratings-action";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../servers.ts";
import { canarec, canarecJson } from "../cli/called-canarec.ts";
import { type World, openWorld } from "../inference/inference-under-test.ts";
import { embedInRing, insertTastes, trainNow } from "../inference/trained-world.ts";

/** Of two tastes, half of the movies each; one rating an hour. */
const USERS = 120;
const MOVIES = 60;

function writeMovieLens(folder: string): void {
  const movies = Array.from(
    { length: MOVIES },
    (_, movie) => `${movie},Movie ${movie} (${1990 + (movie % 20)}),${movie % 2 ? "War" : "Drama"}`,
  );
  writeFileSync(join(folder, "movies.csv"), ["movieId,title,genres", ...movies].join("\n"));
  const ratings = Array.from({ length: USERS * 14 }, (_, at) => {
    const user = at % USERS;
    const movie =
      (2 * ((user * 7 + Math.floor(at / USERS) * (1 + 6 * (user % 3))) % 30) + user) % MOVIES;
    return `${user},${movie},${Math.floor(at / USERS) % 5 === 0 ? "2.0" : "4.5"},${3_600 * at}`;
  });
  writeFileSync(
    join(folder, "ratings.csv"),
    ["userId,movieId,rating,timestamp", ...ratings].join("\n"),
  );
}

const opened = new Resources();
let folder: string;

beforeAll(() => {
  const made = temporaryFolder();
  opened.defer(() => made[Symbol.dispose]());
  folder = made.path;
  writeMovieLens(folder);
});
afterAll(() => opened[Symbol.asyncDispose]());

const evaluateJson = async (...args: string[]) =>
  (await canarecJson(["evaluate", ...args])) as EvaluationReport;

describe("canarec evaluate --data", () => {
  it("measures models and their blend, and compares them user by user and slice by slice", async () => {
    const models = ["--models", "popularity,item_knn,blend", "--against", "popularity", "--slices"];
    const report = await evaluateJson("--data", folder, ...models);
    expect(report).toEqual({
      data: expect.any(String) as string,
      protocol: "weak",
      seeds: [1],
      likedFrom: expect.closeTo(0.6, 12) as number,
      k: 20,
      users: expect.any(Number) as number,
      models: expect.any(Array) as unknown[],
      against: "popularity",
      differences: expect.any(Array) as unknown[],
    });
    expect(Object.keys(report.models[0] ?? {}).sort()).toEqual([
      "coverage",
      "gini",
      "means",
      "name",
      "seconds",
    ]);
    expect(report.users).toBeGreaterThan(100);
    expect(report.models.map(({ name }) => name)).toEqual(["popularity", "item_knn", "blend"]);
    for (const { means, coverage, gini } of report.models) {
      for (const { n, mean, se } of Object.values(means)) {
        expect(n).toBe(report.users);
        expect(Number.isFinite(mean) && se !== null && se >= 0).toBe(true);
      }
      expect(coverage).toBeGreaterThan(0);
      expect(gini).toBeLessThan(1);
    }
    const difference = report.differences.find(
      ({ name, metric }) => name === "item_knn" && metric === "recall@20",
    );
    expect(difference?.result).toMatchObject({ kind: "difference", users: report.users });
    if (difference?.result.kind === "difference")
      expect(difference.result.lower).toBeGreaterThan(0);
    expect(difference?.slices.map(({ slice }) => slice)).toEqual([
      "cold users",
      "heavy users",
      "new movies",
      "tail",
      "1990s",
      "2000s",
      "Drama",
      "War",
    ]);
  });

  it("gives the same of the same seed, and prints a line a model", async () => {
    const args = ["--data", folder, "--models", "item_knn,popularity", "--seeds", "2"];
    const [first, second] = [await evaluateJson(...args), await evaluateJson(...args)];
    const withoutTimes = ({ models, ...rest }: EvaluationReport) => ({
      ...rest,
      models: models.map((model) => ({ ...model, seconds: 0 })),
    });
    expect(withoutTimes(second)).toEqual(withoutTimes(first));
    const { code, out, err } = await canarec(["evaluate", ...args]);
    expect([code, err]).toEqual([0, ""]);
    expect(
      out.split("\n").filter((line) => /^(item_knn|popularity) +[01]\.\d/.test(line)),
    ).toHaveLength(2);
    expect(out).toContain("2 splits");
  });

  it("tells how far predicted ratings are from given ones", async () => {
    const grid = join(folder, "grid.json");
    writeFileSync(grid, JSON.stringify({ factors: [2], epochs: [3, 5], decay: [0.05] }));
    const args = ["evaluate", "--data", folder, "--folds", "3", "--grid", grid];
    const report = (await canarecJson(args)) as RatingsReport;
    expect(report).toMatchObject({ ratings: USERS * 14, folds: 3, seed: 1 });
    expect(report.rows.map(({ name }) => name)).toEqual(["biases", "svd", "grid"]);
    expect(report.rows[2]?.config).toMatchObject({ factors: 2, decay: 0.05 });
    for (const { rmse, mae } of report.rows) {
      expect(mae).toBeGreaterThan(0);
      expect(rmse).toBeGreaterThanOrEqual(mae);
      expect(rmse).toBeLessThan(4.5);
    }
  });

  it.each([
    [["--folds", "1"], 2, /whole number from 2/],
    [["--grid", "grid.json"], 1, /needs --folds/],
    [["--folds", "2", "--grid", "none.json"], 1, /cannot read .*none\.json: there is no such file/],
    [["--protocol", "easy"], 2, /Expected one of strong, weak/],
    [["--liked", "6"], 2, /at most 5/],
    [["--models", "magic"], 1, /no model "magic"/],
    [["--models", " ,"], 2, /names separated by commas/],
    [["--liked", "5", "--models", "blend"], 1, /nobody to ask: there are no users who liked/],
    [["--slices"], 1, /needs --against/],
    [["--models", "popularity", "--against", "ease"], 1, /ease is not among/],
    [["--bundle", "newest"], 1, /not with --data/],
    [["--protocol", "strong", "--models", "popularity", "--held-out", "500"], 1, /heldOut 500/],
  ])("refuses %j", async (args, code, message) => {
    const ended = await canarec(["evaluate", "--data", folder, ...args]);
    expect(ended.code).toBe(code);
    expect(ended.err).toMatch(message);
    expect(ended.out).toBe("");
  });

  it("says what a folder lacks", async () => {
    const { code, err } = await canarec(["evaluate", "--data", join(folder, "nowhere")]);
    expect([code, err]).toEqual([1, expect.stringContaining("there is no movies.csv")]);
  });
});

describe("canarec evaluate --bundle", () => {
  let world: World;
  let env: Record<string, string>;

  beforeAll(async () => {
    world = opened.use(await openWorld());
    const collection = opened.use(await embedInRing());
    await insertTastes(world.database);
    await trainNow(world.database, collection, { models: ["popularity", "item_knn"] });
    env = { DATABASE_URL: world.databaseUrl };
  });

  it("has nobody to ask while nothing came after it", async () => {
    const { code, err } = await canarec(["evaluate", "--bundle", "newest"], { env });
    expect([code, err]).toEqual([1, expect.stringContaining("temporal split has nobody to ask")]);
  });

  it("asks it for what users watched since", async () => {
    await world.database.pool.query(
      `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
       select distinct on (user_id) user_id, m.movie_key, 99, timestamptz '2026-05-01', timestamptz '2026-05-01'
       from users cross join movies m
       where not exists (select from interactions i where (i.user_id, i.movie_key) = (users.user_id, m.movie_key))
         and (m.movie_key <= 30) = (users.user_id % 2 = 0)
       order by user_id, m.movie_key`,
    );
    const args = ["evaluate", "--bundle", "newest", "--against", "popularity"];
    const report = (await canarecJson(args, { env })) as EvaluationReport;
    expect(report).toMatchObject({ protocol: "temporal", users: 120 });
    expect(report.models.map(({ name }) => name)).toEqual(["popularity", "item_knn", "blend"]);
    expect(report.models.map(({ seconds }) => seconds)).toEqual([null, null, null]);
    const knn = report.differences.find(({ name }) => name === "item_knn")?.result;
    expect(knn?.kind === "difference" && knn.lower > 0).toBe(true);
  });
});
