import { Resources } from "@canarec/service-kit/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLLECTION } from "@canarec/inference/embedding/movie-vectors";
import { sharedServers } from "../../servers.ts";
import { MOVIES, type World, movieId, openWorld } from "../inference/inference-under-test.ts";
import { embedMovies, insertTastes } from "../inference/trained-world.ts";
import { canarec, canarecJson } from "./canarec.ts";

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
    expect(first.models).toEqual(["popularity", "item_knn"]);
    expect(Object.keys(first.metrics?.by ?? {})).toEqual(["popularity", "item_knn", "blend"]);
    const second = (await canarecJson(["train", ...some, "--seed", "9"], { env })) as Trained;
    expect(second.bundleId).not.toBe(first.bundleId);
    const shown = await canarec(["runs", "show", String(second.run)], { env });
    expect(shown.out).toContain(second.bundleId);
    const compared = await canarec(["runs", "compare", String(first.run), String(second.run)], {
      env,
    });
    expect(compared).toMatchObject({ code: 0, out: expect.stringMatching(/seed +1 +9/) as string });
    const listed = await canarec(["runs", "list"], { env });
    expect(listed.out).toContain(second.bundleId.slice(0, 12));
  });

  it("has bundle build train as the last run did, unless told otherwise", async () => {
    const built = (await canarecJson(["bundle", "build"], { env })) as Trained;
    expect(built.models).toEqual(["popularity", "item_knn"]);
    const { runs } = (await canarecJson(["runs", "list"], { env })) as { runs: Trained[] };
    // The same models, data and seed: the bundle that is there already.
    expect(built.bundleId).toBe(runs[0]?.bundleId);
    expect(runs[1]?.bundleId).toBe(built.bundleId);
    const plain = (await canarecJson(["bundle", "build", "--no-learned"], { env })) as Trained;
    expect(plain.models).toEqual([]);
    expect(plain.bundleId).not.toBe(built.bundleId);
  });

  it("says why a movie is not in a list of a bundle, without a replica", async () => {
    const args = ["recommend", "1000", "--not", movieId(MOVIES - 1), "--bundle"];
    const { runs } = (await canarecJson(["runs", "list"], { env })) as { runs: Trained[] };
    const bundleId = runs[0]?.bundleId ?? "";
    const found = (await canarecJson([...args, bundleId], { env })) as Record<string, unknown>;
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

  it("says so where there is no such run", async () => {
    const { code, err } = await canarec(["runs", "show", "4711"], { env });
    expect([code, err]).toEqual([1, expect.stringContaining("there is no run 4711")]);
  });
});
