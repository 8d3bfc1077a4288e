import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import { showBundle } from "@canarec/vectordb-scripts/bundle/read-bundles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Resources } from "@canarec/service-kit/lifecycle";
import type { FreshCollection } from "../../servers.ts";
import {
  MOVIES,
  type World,
  internalOf,
  listFor,
  movieId,
  until,
  watch,
} from "./inference-under-test.ts";
import { openTasteWorld, tasteOf, trainNow } from "./trained-world.ts";
import type { RecordedTraining } from "@canarec/vectordb-scripts/bundle/record-training";

const opened = new Resources();
let world: World;
let collection: FreshCollection;
let trained: RecordedTraining;

beforeAll(async () => {
  ({ world, collection } = opened.use(await openTasteWorld()));
  trained = await trainNow(world.database, collection);
});
afterAll(() => opened[Symbol.asyncDispose]());

const FIRST_HALF = new Set(Array.from({ length: MOVIES / 2 }, (_, place) => movieId(place)));

describe("canarec train", () => {
  it("stores a bundle whose every byte can be verified, and a line in the diary", async () => {
    const bundle = await showBundle(world.database, trained.bundleId);
    expect(bundle).toMatchObject({ damage: null, movies: MOVIES });
    const run = await createTrainingRunRepository(world.database).find(trained.run);
    expect(run).toMatchObject({
      state: "succeeded",
      bundleId: trained.bundleId,
      dataHash: trained.learned.from.sha256,
      failure: null,
      users: 120,
      interactions: trained.learned.from.interactions,
    });
    expect(run?.metrics).not.toBeNull();
  });

  it("gives the same bundle for the same data and seed, another for another seed", async () => {
    const again = await trainNow(world.database, collection);
    expect(again.bundleId).toBe(trained.bundleId);
    const other = await trainNow(world.database, collection, { seed: 2 });
    expect(other.bundleId).not.toBe(trained.bundleId);
  });
});

describe("canarec train --tune", () => {
  it("keeps what it tried, goes on from there, and trains with the best", async () => {
    const { pool } = world.database;
    const trialsNow = async () => {
      const { rows } = await pool.query<{ config: { alpha: number }; score: number }>(
        "select config, score from training_trials where model = 'rp3beta' order by tried_at",
      );
      return rows;
    };
    const search = { models: ["rp3beta"], tuneMs: 5_000 };
    const found = await trainNow(world.database, collection, search);
    const trials = await trialsNow();
    expect(trials.length).toBeGreaterThan(1);
    const best = Math.max(...trials.map(({ score }) => score));
    const winner = trials.find(({ score }) => score === best);
    expect(found.learned.models[0]?.config).toEqual(winner?.config);
    // Everything is known by now, unless the machine was too slow to end the search.
    const again = await trainNow(world.database, collection, search);
    const after = await trialsNow();
    expect(after.slice(0, trials.length)).toEqual(trials);
    const bestNow = Math.max(...after.map(({ score }) => score));
    expect(again.learned.models[0]?.config).toEqual(
      after.find(({ score }) => score === bestNow)?.config,
    );
  });
});

describe("a replica with a learned bundle", () => {
  it("serves lists of 20 of the user's taste, with nothing that they watched", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    for (const [userId, likesFirst] of [
      [1_000, true],
      [1_001, false],
    ] as const) {
      const list = await listFor(replica.url, userId);
      expect(new Set(list).size).toBe(20);
      const ofFirst = list.filter((id) => FIRST_HALF.has(id)).length;
      expect(likesFirst ? ofFirst : 20 - ofFirst).toBeGreaterThan(13);
      expect(await internalOf(replica.url, userId)).toMatchObject({
        bundle: trained.bundleId,
        personalised: true,
        reason: "history",
      });
    }
  });

  it("changes the list after an event", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    const userId = 5_000;
    await listFor(replica.url, userId);
    expect((await internalOf(replica.url, userId))["personalised"]).toBe(false);
    const watched = [MOVIES - 1, MOVIES - 2];
    for (const place of watched) await watch(world.database, { userId, place });
    await until(async () => {
      const list = await listFor(replica.url, userId);
      const ofSecond = list.filter((id) => !FIRST_HALF.has(id)).length;
      // One of the two may be known before the other, and be enough to tell the taste.
      return ofSecond > 13 && !watched.some((place) => list.includes(movieId(place)));
    });
    const list = await listFor(replica.url, userId);
    for (const place of watched) expect(list).not.toContain(movieId(place));
    expect((await internalOf(replica.url, userId))["personalised"]).toBe(true);
  });

  it("answers who has watched everything but a few with these few, and who has watched all with none", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    for (let place = 0; place < MOVIES - 3; place += 1) {
      await watch(world.database, { userId: 6_000, place });
    }
    const left = [1, 2, 3].map((back) => movieId(MOVIES - back)).sort();
    expect((await listFor(replica.url, 6_000)).sort()).toEqual(left);
    for (let place = MOVIES - 3; place < MOVIES; place += 1) {
      await watch(world.database, { userId: 6_000, place });
    }
    await until(async () => (await listFor(replica.url, 6_000)).length === 0, 2_000);
  });

  it("names the watched movies and the models behind each movie", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    const path = "/api/v1/users/1000/recommendations?n=5&explain=true";
    const answer = (await (await fetch(`${replica.url}${path}`)).json()) as {
      movies: {
        models: Record<string, number>;
        because: { kind: string; share: number }[];
        predictedRating: number;
      }[];
    };
    expect(answer.movies).toHaveLength(5);
    for (const { models, because, predictedRating } of answer.movies) {
      expect(predictedRating).toBeGreaterThan(0);
      expect(predictedRating).toBeLessThanOrEqual(1);
      const total = Object.values(models).reduce((sum, share) => sum + share, 0);
      expect(total).toBeCloseTo(1, 2);
      expect(because[0]).toMatchObject({ kind: "watched" });
    }
  });

  it("names who made the movies of a taste", async () => {
    const { pool } = world.database;
    await pool.query(
      `insert into people (name) values ('Ada First'), ('Bea Second');
       insert into movie_people (movie_key, person_key, role, position)
         select movie_key, person_key, 'director', 0 from movies join people
           on name = case when movie_key <= ${MOVIES / 2} then 'Ada First' else 'Bea Second' end`,
    );
    await using replica = await world.start({ bundleId: trained.bundleId });
    const path = "/api/v1/users/1000/recommendations?n=20&explain=true";
    const { movies } = (await (await fetch(`${replica.url}${path}`)).json()) as {
      movies: { id: string; because: { kind: string; name?: string; share: number }[] }[];
    };
    await pool.query("truncate movie_people");
    for (const { id, because } of movies) {
      const people = because.filter(({ kind }) => kind === "person");
      // The user has watched the first half alone.
      if (!FIRST_HALF.has(id)) expect(people).toEqual([]);
      else if (because[0]?.kind === "watched") {
        expect(people).toMatchObject([{ name: "Ada First" }]);
        expect(people[0]?.share).toBeGreaterThan(0.5);
      }
    }
    expect(
      movies.filter(({ because }) => because.some(({ kind }) => kind === "person")),
    ).not.toEqual([]);
  });

  it("shows movies for adults to nobody where it is told so", async () => {
    await using open = await world.start({ bundleId: trained.bundleId });
    const adult = (await listFor(open.url, 1_000)).slice(0, 3);
    await world.database.pool.query("update movies set adult = true where movie_id = any($1)", [
      adult,
    ]);
    await using strict = await world.start({ bundleId: trained.bundleId, hideAdult: true });
    const popular = (await (await fetch(`${strict.url}/internal/popular?n=100`)).json()) as {
      movies: string[];
    };
    for (const list of [
      await listFor(strict.url, 1_000),
      await listFor(strict.url, 77_777),
      popular.movies,
    ]) {
      expect(list.length).toBeGreaterThanOrEqual(20);
      expect(list.filter((id) => adult.includes(id))).toEqual([]);
    }
    await using still = await world.start({ bundleId: trained.bundleId });
    expect((await listFor(still.url, 1_000)).slice(0, 3)).toEqual(adult);
    await world.database.pool.query("update movies set adult = null");
  });

  it("says why a movie is not in a list", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    const ask = async (place: number) => {
      const path = `/api/v1/users/1000/explain-not/${encodeURIComponent(movieId(place))}`;
      return (await (await fetch(`${replica.url}${path}`)).json()) as Record<string, unknown>;
    };
    const watched = tasteOf(1_000)[0] ?? NaN;
    expect(await ask(watched)).toMatchObject({
      ...{ isBarred: true, place: null, personalised: true },
      barredBecause: ["watched"],
    });
    const places = Array.from({ length: MOVIES }, (_, place) => place);
    const answers = await Promise.all(places.map(ask));
    // Every movie of the list has its place, and ranks and scores of all go together.
    const listed = answers.filter(({ place }) => place !== null);
    expect(listed.map(({ place }) => place).sort()).toEqual(
      Array.from({ length: 20 }, (_, place) => place + 1).sort(),
    );
    const others = answers.filter(({ place, isBarred }) => place === null && isBarred === false);
    expect(others.length).toBeGreaterThan(0);
    for (const { rank, score, scoreNeeded, models } of others) {
      expect(models).not.toEqual([]);
      if ((rank as number) > 20) expect(score as number).toBeLessThanOrEqual(scoreNeeded as number);
    }
    const unknown = await fetch(`${replica.url}/api/v1/users/1000/explain-not/nothing`);
    expect(unknown.status).toBe(404);
  });

  it("leaves out what the user hides, and says so", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    const [first = ""] = await listFor(replica.url, 1_000);
    const hidden = `${replica.url}/api/v1/users/1000/hidden/${encodeURIComponent(first)}`;
    await fetch(hidden, { method: "PUT" });
    const list = await listFor(replica.url, 1_000);
    expect(list).toHaveLength(20);
    expect(list).not.toContain(first);
    const why = await fetch(hidden.replace("/hidden/", "/explain-not/"));
    expect(await why.json()).toMatchObject({ place: null, barredBecause: ["hidden"] });
    await fetch(hidden, { method: "DELETE" });
    expect(await listFor(replica.url, 1_000)).toContain(first);
  });

  it("logs the chances of a list in which movies were drawn", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    const { propensities } = await internalOf(replica.url, 1_000);
    expect(propensities).toHaveLength(20);
    for (const chance of propensities as number[]) expect(chance > 0 && chance <= 1).toBe(true);
  });

  it("asks somebody new about movies of both tastes", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId });
    const answer = (await (await fetch(`${replica.url}/api/v1/survey`)).json()) as {
      movies: { id: string }[];
    };
    expect(new Set(answer.movies.map(({ id }) => id)).size).toBe(6);
    const ofFirst = answer.movies.filter(({ id }) => FIRST_HALF.has(id)).length;
    expect(ofFirst).toBeGreaterThan(0);
    expect(ofFirst).toBeLessThan(6);
  });

  it("leaves models out when there is no time for them, and counts it", async () => {
    await using replica = await world.start({ bundleId: trained.bundleId, scoringBudgetMs: 0 });
    expect(await listFor(replica.url, 1_000)).toHaveLength(20);
    const metrics = await (await fetch(`${replica.url}/metrics`)).text();
    expect(metrics).toMatch(
      /canarec_inference_models_skipped_total\{[^}]*model="[a-z_0-9]+"[^}]*\} [1-9]/,
    );
  });
});
