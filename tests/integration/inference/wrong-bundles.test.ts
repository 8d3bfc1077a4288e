import {
  type ArtifactName,
  type EncodedBundle,
  parseManifest,
} from "@canarec/inference/bundle/codec/index";
import { forgedBundle } from "@canarec/inference/bundle/codec/forged-bundle-fixture";
import { postgresBundles } from "@canarec/inference/bundle/postgres-source";
import { GateReport } from "@canarec/inference/contract/gate-report";
import { readBundle } from "@canarec/inference/gate/gated-model";
import { prepareLearned } from "@canarec/inference/models/ranker/prepare-learned";
import { Resources } from "@canarec/service-kit/lifecycle";
import { storeBundle } from "@canarec/vectordb-scripts/bundle/store-bundle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canarec } from "../cli/called-canarec.ts";
import {
  MOVIES,
  type World,
  internalOf,
  listFor,
  movieId,
  until,
  watch,
} from "./inference-under-test.ts";
import { openTasteWorld, trainNow } from "./trained-world.ts";

const MODELS = ["popularity", "item_knn", "rp3beta", "ials"];
const LARGEST = 3.4e38;

const opened = new Resources();
let world: World;
let good: EncodedBundle;

beforeAll(async () => {
  const tastes = opened.use(await openTasteWorld());
  ({ world } = tastes);
  const { bundleId } = await trainNow(world.database, tastes.collection, { models: MODELS });
  const stored = await postgresBundles(world.database).read(bundleId);
  good = {
    bundleId,
    manifest: parseManifest(stored?.manifest),
    artifacts: new Map(stored?.artifacts) as EncodedBundle["artifacts"],
  };
});
afterAll(() => opened[Symbol.asyncDispose]());

async function offer(name: ArtifactName, change: (view: DataView) => void): Promise<string> {
  const bundle = forgedBundle(good, name, change);
  await storeBundle(world.database, bundle);
  return bundle.bundleId;
}

const forget = (bundleId: string) =>
  world.database.pool.query("delete from bundles where bundle_id = $1", [bundleId]);

async function gate(candidate: string) {
  const args = ["gate", "--main", good.bundleId, "--candidate", candidate, "--json"];
  const { code, out } = await canarec(args, { env: { DATABASE_URL: world.databaseUrl } });
  return { code, report: GateReport.parse(JSON.parse(out)) };
}

function setAll(view: DataView, value: number): void {
  for (let at = 0; at < view.byteLength; at += 4) view.setFloat32(at, value, true);
}

/** The weights of some movies' neighbours, all of them. */
function setRows(view: DataView, rows: readonly number[], value: number): void {
  const bytes = view.byteLength / MOVIES;
  for (const row of rows) {
    setAll(new DataView(view.buffer, row * bytes, bytes), value);
  }
}

/** What rp3beta itself says to one who liked these movies. */
async function scoresOf(bundleId: string, movies: readonly number[]): Promise<Float32Array> {
  const { learned } = await readBundle(world.database, bundleId);
  if (learned === undefined) throw new Error("it has no models");
  const { scorers } = prepareLearned(learned, MOVIES);
  const into = new Float32Array(MOVIES);
  const preferences = new Float32Array(movies.length).fill(0.7);
  const user = { movieOf: Int32Array.from(movies), preferences, times: new Float64Array(2) };
  scorers.get("rp3beta")?.score(user, into);
  return into;
}

const WRONG: readonly {
  readonly what: string;
  readonly artifact: ArtifactName;
  readonly change: (view: DataView) => void;
  readonly why: string;
}[] = [
  {
    what: "a weight that is no number",
    artifact: "model.item_knn.weights",
    change: (view) => view.setFloat32(0, NaN, true),
    why: "model.item_knn.weights has a number that is not finite",
  },
  {
    what: "an infinite factor",
    artifact: "model.ials.movies",
    change: (view) => view.setFloat32(4, -Infinity, true),
    why: "model.ials.movies has a number that is not finite",
  },
  {
    what: "likeness to nothing that is a number",
    artifact: "likeness",
    change: (view) => view.setFloat32(0, NaN, true),
    why: "likeness has a number that is not finite",
  },
  {
    what: "a neighbour that is no movie",
    artifact: "model.rp3beta.neighbours",
    change: (view) => view.setInt32(0, MOVIES, true),
    why: `rp3beta: neighbour ${MOVIES} is not in`,
  },
  {
    what: "weights whose sums are no numbers",
    artifact: "model.rp3beta.weights",
    change: (view) => setAll(view, LARGEST),
    why: "rp3beta: it scores what is not a finite number",
  },
  {
    what: "a matrix that is not positive definite",
    artifact: "model.ials.gram",
    change: (view) => view.setFloat64(0, -1e6, true),
    why: "ials: the matrix is not positive definite",
  },
];

describe("a learned bundle whose every hash fits, with", () => {
  it.each(WRONG)("$what is refused", async ({ artifact, change, why }) => {
    await using replica = await world.start();
    expect((await internalOf(replica.url, 1_000))["bundle"]).toBe(good.bundleId);
    const wrong = await offer(artifact, change);
    try {
      await until(async () =>
        (await (await fetch(`${replica.url}/metrics`)).text()).includes(
          'bundle_loads_total{outcome="refused"',
        ),
      );
      expect((await internalOf(replica.url, 1_001))["bundle"]).toBe(good.bundleId);
      expect(new Set(await listFor(replica.url, 1_001)).size).toBe(20);
      await expect(world.start({ bundleId: wrong })).rejects.toMatchObject({
        code: "data_loss",
        message: expect.stringContaining(why) as string,
      });
      const { code, report } = await gate(wrong);
      expect([code, report.verdict]).toEqual([1, "fail"]);
      expect(report.damage).toContain(why);
    } finally {
      await forget(wrong);
    }
  });
});

describe("scores that overflow for one user alone", () => {
  it("are in no list, score or explanation", async () => {
    // Two movies that no model is tried on; whoever has watched both, and nobody else, is scored beyond all numbers.
    const rows = [5, 11];
    const bundleId = await offer("model.rp3beta.weights", (view) => setRows(view, rows, LARGEST));
    expect((await scoresOf(bundleId, rows)).some((score) => score === Infinity)).toBe(true);
    await using replica = await world.start({ bundleId });
    for (const place of rows) await watch(world.database, { userId: 7_000, place });
    const list = await listFor(replica.url, 7_000);
    expect(new Set(list).size).toBe(20);
    for (const place of rows) expect(list).not.toContain(movieId(place));
    const path = "/api/v1/users/7000/recommendations?n=20&explain=true";
    const text = await (await fetch(`${replica.url}${path}`)).text();
    const { movies } = JSON.parse(text) as {
      movies: { score: number; models: Record<string, number> }[];
    };
    expect(movies).toHaveLength(20);
    for (const { score, models } of movies) {
      const figures = [score, ...Object.values(models)];
      expect(figures.every((figure) => Number.isFinite(figure))).toBe(true);
    }
    expect(text).not.toContain("null");
    const asked = `/api/v1/users/7000/explain-not/${encodeURIComponent(movieId(MOVIES - 1))}`;
    const { models } = (await (await fetch(`${replica.url}${asked}`)).json()) as {
      models: { score: number }[];
    };
    expect(models.length).toBeGreaterThan(0);
    expect(models.every(({ score }) => Number.isFinite(score))).toBe(true);
    await forget(bundleId);
  });
});
