import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import { openSession } from "@canarec/db-utils/session";
import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLLECTION } from "@canarec/inference/embedding/movie-vectors";
import { sharedServers } from "../../servers.ts";
import { MOVIES, type World, movieId, openWorld } from "../inference/inference-under-test.ts";
import { embedMovies, insertTastes } from "../inference/trained-world.ts";
import { canarec, canarecJson } from "./called-canarec.ts";
import { start } from "./canarec.ts";
import { documentedFields } from "./documented-fields.ts";

const opened = new Resources();
let world: World;
let env: Record<string, string>;

beforeAll(async () => {
  world = opened.use(await openWorld());
  const { chromaUrl } = sharedServers();
  // The command names the shipped model's collection; other tests may use it, too, with ids of their own.
  await embedMovies({ chromaUrl, collection: COLLECTION });
  env = { DATABASE_URL: world.databaseUrl, CHROMA_URL: chromaUrl };
});
afterAll(() => opened[Symbol.asyncDispose]());

interface Trained {
  run: number;
  bundleId: string;
  models: string[];
  metrics: { by: Record<string, unknown> } | null;
}

describe("canarec train", () => {
  it("says what is missing where nobody has watched anything, and writes it down", async () => {
    const { code, err } = await canarec(["train"], { env });
    expect([code, err]).toEqual([1, expect.stringContaining("no interactions")]);
    const { runs } = (await canarecJson(["runs", "list"], { env })) as { runs: object[] };
    expect(runs).toMatchObject([
      { state: "failed", failure: "there are no interactions to learn from" },
    ]);
  });

  it("trains the models that are named, and lists, shows and compares the runs", async () => {
    await insertTastes(world.database);
    const some = ["--models", "popularity,item_knn"];
    const first = (await canarecJson(["train", ...some], { env })) as Trained;
    expect(Object.keys(first).sort()).toEqual(documentedFields("train"));
    expect(first.models).toEqual(["popularity", "item_knn"]);
    expect(Object.keys(first.metrics?.by ?? {})).toEqual(["popularity", "item_knn", "blend"]);
    const second = (await canarecJson(["train", ...some, "--seed", "9"], { env })) as Trained;
    expect(second.bundleId).not.toBe(first.bundleId);
    const keys = [String(first.run), String(second.run)];
    const inJson = (await canarecJson(["runs", "compare", ...keys], { env })) as { runs: object[] };
    expect(Object.keys(inJson).sort()).toEqual(documentedFields("runs compare"));
    for (const run of inJson.runs) expect(Object.keys(run).sort()).toEqual(documentedFields("Run"));
    const shown = await canarec(["runs", "show", String(second.run)], { env });
    expect(shown.out).toContain(second.bundleId);
    const compared = await canarec(["runs", "compare", ...keys], { env });
    expect(compared).toMatchObject({ code: 0, out: expect.stringMatching(/seed +1 +9/) as string });
    const listed = await canarec(["runs", "list"], { env });
    expect(listed.out).toContain(second.bundleId.slice(0, 12));
  });

  const build = async (...args: string[]) =>
    (await canarecJson(["bundle", "build", ...args], { env })) as Trained;

  it("has bundle build train as the last run of all models did, not as an experiment", async () => {
    const plain = await build("--no-learned");
    expect(await build()).toMatchObject({ models: [], bundleId: plain.bundleId });
    const whole = (await canarecJson(["train", "--seed", "3"], { env })) as Trained;
    await canarecJson(["train", "--models", "popularity"], { env });
    // The same models, data and seed: the bundle that is there already. A build is not followed itself.
    for (const _ of ["first", "second"]) {
      expect(await build()).toMatchObject({ models: whole.models, bundleId: whole.bundleId });
    }
    expect(await build("--no-learned")).toMatchObject({ models: [], bundleId: plain.bundleId });
  });

  it("has bundle build follow an experiment whose bundle is promoted, until that is rolled back", async () => {
    const some = ["--models", "popularity,item_knn"];
    const experiment = (await canarecJson(["train", ...some], { env })) as Trained;
    const { rows } = await world.database.pool.query<{ id: number }>(
      `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source, bundle_id)
       values (now(), 'trial', 'v1', repeat('a', 40), 'b', '{}', repeat('b', 64), 'me', 'cli', $1)
       returning release_id as id`,
      [experiment.bundleId],
    );
    const becomes = (state: string) =>
      world.database.pool.query(
        `insert into rollouts (release_id, state, detail, sequence, updated_at) values ($1, $2, '{}', 1, now())
         on conflict (release_id) do update set state = excluded.state`,
        [rows[0]?.id, state],
      );
    await becomes("rolled-back");
    expect((await build()).models).not.toEqual(experiment.models);
    await becomes("promoted");
    expect(await build()).toMatchObject({
      models: experiment.models,
      bundleId: experiment.bundleId,
    });
  });

  it("says why a movie is not in a list of a bundle, without a replica", async () => {
    const args = ["recommend", "1000", "--not", movieId(MOVIES - 1), "--bundle"];
    const { runs } = (await canarecJson(["runs", "list"], { env })) as { runs: Trained[] };
    const bundleId = runs[0]?.bundleId ?? "";
    const found = (await canarecJson([...args, bundleId], { env })) as Record<string, unknown>;
    expect(Object.keys(found).sort()).toEqual(documentedFields("recommend --not"));
    expect(found).toMatchObject({ bundle: bundleId, isBarred: false, personalised: true });
    expect(found["models"]).toHaveLength(2);
    const told = await canarec([...args, bundleId], { env });
    expect(told.out).toMatch(/rank \d+ of \d+/);
    const alone = await canarec(["recommend", "1000", "--bundle", bundleId], { env });
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining("--not")]);
  });

  it.each([
    [["--models", "magic"], 'no model "magic"'],
    [["--since", "yesterday"], "Expected a day or a time"],
    [["--seed", "-1"], "Expected a whole number"],
  ])("refuses %j", async (args, why) => {
    const { code, err } = await canarec(["train", ...args], { env });
    expect(code).not.toBe(0);
    expect(err).toContain(why);
  });

  it("learns only from what came since", async () => {
    const late = ["--since", "2027-01-01", "--models", "popularity"];
    const { code, err } = await canarec(["train", ...late], { env });
    const why = "there are no interactions to learn from since 2027-01-01";
    expect([code, err]).toEqual([1, expect.stringContaining(why)]);
  });

  it("is called interrupted once its process was killed, and the next one has its turn", async () => {
    await using holder = await openSession(world.database, "holds training up");
    await holder.client.query("begin; lock table interactions");
    const killed = start(["train", "--seed", "11"], { env });
    const diary = createTrainingRunRepository(world.database);
    const newest = async () => (await diary.list(1))[0];
    await expect.poll(newest, { timeout: 120_000 }).toMatchObject({ state: "running" });
    const runKey = (await newest())?.runKey ?? 0;
    process.kill(killed.pid, "SIGKILL");
    expect(await killed.ended).toMatchObject({ code: null });
    await holder.client.query("rollback");
    const next = (await canarecJson(["train", "--models", "popularity"], { env })) as Trained;
    expect(next.run).toBeGreaterThan(runKey);
    expect(await diary.find(runKey)).toMatchObject({
      ...{ state: "failed", failure: "interrupted: its process ended without a word" },
    });
  });

  it("says so where there is no such run", async () => {
    const { code, err } = await canarec(["runs", "show", "4711"], { env });
    expect([code, err]).toEqual([1, expect.stringContaining("there is no run 4711")]);
  });
});
