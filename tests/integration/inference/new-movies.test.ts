import { notifyMovies } from "@canarec/db-utils/change-feed/notify";
import { createUserRepository } from "@canarec/db-utils/users/repository";
import type { Inference } from "@canarec/inference/compose";
import { startChroma } from "@canarec/local-cluster/chroma";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../servers.ts";
import {
  type World,
  internalOf,
  listFor,
  movieId,
  openWorld,
  until,
  watch,
} from "./inference-under-test.ts";

/** A movie with real words, as the metadata API or a catalogue tells it. */
const NEW = [
  ["jaws+1975", "Jaws", "A great white shark attacks swimmers at a beach resort."],
  [
    "deep+blue+sea+1999",
    "Deep Blue Sea",
    "Scientists are hunted by intelligent sharks in a flooded laboratory.",
  ],
  [
    "open+water+2003",
    "Open Water",
    "Two divers left behind in the ocean are surrounded by sharks.",
  ],
  [
    "notting+hill+1999",
    "Notting Hill",
    "A bookseller falls in love with a famous actress in London.",
  ],
  ["amelie+2001", "Amélie", "A shy waitress in Paris helps others find love."],
  ["heat+1995", "Heat", "A detective hunts a crew of professional bank robbers in Los Angeles."],
  ["the+town+2010", "The Town", "Bank robbers in Boston are hunted by the police."],
] as const;

let world: World;
let chroma: Awaited<ReturnType<typeof startChroma>>;
let replicas: Inference[] = [];
const folder = temporaryFolder();

beforeAll(async () => {
  [world, chroma] = await Promise.all([openWorld(), startChroma({ home: folder.path })]);
  const start = () => world.start({ chromaUrl: chroma.url });
  replicas = await Promise.all([start(), start()]);
});

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
  await chroma[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** @returns movie keys. */
async function insertMovies(movies: readonly (readonly [string, string, string])[]) {
  const { pool } = world.database;
  const { rows } = await pool.query<{ key: number }>(
    `insert into movies (movie_id, title, overview, runtime_minutes, source, metadata_state)
     select id, title, overview, 100, 'platform', 'known'
     from unnest($1::text[], $2::text[], $3::text[]) as m (id, title, overview)
     returning movie_key as key`,
    [0, 1, 2].map((column) => movies.map((movie) => movie[column])),
  );
  const keys = rows.map(({ key }) => key);
  await notifyMovies(pool, keys);
  return keys;
}

interface Found {
  readonly textCompared: boolean;
  readonly movies: { readonly id: string; readonly match: string }[];
}

const url = () => replicas[0]?.url ?? "";

async function search(text: string): Promise<Found> {
  const response = await fetch(`${url()}/api/v1/movies?search=${encodeURIComponent(text)}&n=5`);
  expect(response.status).toBe(200);
  return (await response.json()) as Found;
}

describe("a movie that appears after the bundle was built", () => {
  it("is embedded in the background, and recommended by every replica", async () => {
    const keys = await insertMovies(NEW);
    await watch(world.database, { userId: 5, place: (keys[0] ?? 0) - 1 });
    for (const replica of replicas) {
      await until(async () => {
        const list = await listFor(replica.url, 5);
        return list.includes("deep+blue+sea+1999") && list.includes("open+water+2003");
      }, 60_000);
      const [first, second] = await listFor(replica.url, 5);
      expect([first, second].toSorted()).toEqual(["deep+blue+sea+1999", "open+water+2003"]);
      expect(await listFor(replica.url, 5)).not.toContain("jaws+1975");
    }
    const embedded = await Promise.all(
      replicas.map(async (replica) => {
        const text = await (await fetch(`${replica.url}/metrics`)).text();
        return Number(/movies_embedded_total\S* (\d+)/.exec(text)?.[1] ?? 0);
      }),
    );
    expect(embedded.toSorted((a, b) => a - b)).toEqual([0, NEW.length]); // one replica embeds
  });

  it("is told as known, with its neighbours", async () => {
    const response = await fetch(`${url()}/api/v1/movies/jaws+1975/similar?n=2`);
    const { movies } = (await response.json()) as { movies: { id: string }[] };
    expect(movies.map(({ id }) => id).toSorted()).toEqual([
      "deep+blue+sea+1999",
      "open+water+2003",
    ]);
  });

  it("is not recommended while nobody knows what it is, until three have watched it", async () => {
    const { pool } = world.database;
    const { rows } = await pool.query<{ key: number }>(
      `insert into movies (movie_id, source) values ('who+knows', 'stream') returning movie_key as key`,
    );
    const key = rows[0]?.key ?? 0;
    await notifyMovies(pool, [key]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await fetch(`${url()}/api/v1/movies/who+knows`)).status).toBe(404);
    await pool.query("insert into movie_statistics (movie_key, watchers) values ($1, 3)", [key]);
    await notifyMovies(pool, [key]);
    await until(async () => (await fetch(`${url()}/api/v1/movies/who+knows`)).status === 200);
  });
});

describe("somebody new who writes of themselves", () => {
  it("gets movies near to it, on every replica, and the popular list until they are looked up", async () => {
    const userId = 50_001;
    const nobody = await listFor(url(), 999_999);
    expect(await listFor(url(), userId)).toEqual(nobody);
    await createUserRepository(world.database).applyMetadata([
      {
        ...{ userId, age: null, gender: null, occupation: null },
        likes: "sharks hunting swimmers in the open sea",
        dislikes: "love stories in Paris",
      },
    ]);
    for (const replica of replicas) {
      const isDescribed = async () =>
        (await internalOf(replica.url, userId))["reason"] === "description";
      await until(isDescribed, 60_000);
      const list = await listFor(replica.url, userId);
      expect(new Set(list).size).toBe(20);
      expect(list.slice(0, 3).toSorted()).toEqual([
        "deep+blue+sea+1999",
        "jaws+1975",
        "open+water+2003",
      ]);
      const path = `/api/v1/users/${userId}/recommendations?n=1&explain=true`;
      expect(await (await fetch(replica.url + path)).json()).toMatchObject({
        ...{ personalised: true, reason: "description" },
        movies: [{ because: [{ kind: "description" }] }],
      });
    }
    expect(await listFor(url(), 999_999)).toEqual(nobody);
  });

  it("gets the popular list where nobody can embed it", async () => {
    const userId = 50_002;
    await createUserRepository(world.database).applyMetadata([
      {
        ...{ userId, age: null, gender: null, occupation: null },
        ...{ likes: "waitresses with a secret", dislikes: null },
      },
    ]);
    await using deaf = await world.start({ chromaUrl: "http://127.0.0.1:1" });
    const failed = /canarec_inference_descriptions_total\{[^}]*outcome="failed"[^}]*\} 1/;
    await until(async () => {
      expect(await listFor(deaf.url, userId)).toHaveLength(20);
      return failed.test(await (await fetch(`${deaf.url}/metrics`)).text());
    }, 60_000);
    expect(await internalOf(deaf.url, userId)).toMatchObject({ reason: "no_signals" });
  });
});

describe("GET /api/v1/movies?search=", () => {
  it("finds by meaning and by title", async () => {
    await until(async () => (await search("anything")).textCompared); // the embedder starts late
    const byMeaning = await search("a waitress in Paris");
    expect(byMeaning.textCompared).toBe(true);
    expect(byMeaning.movies[0]).toMatchObject({ id: "amelie+2001", match: "text" });
    const byTitle = await search("AMELIE");
    expect(byTitle.movies[0]).toMatchObject({ id: "amelie+2001", match: "both" });
    const response = await fetch(`${url()}/api/v1/movies?search=notting+hill`);
    expect(((await response.json()) as Found).movies[0]?.id).toBe("notting+hill+1999");
  });

  it.each([
    "",
    "search=",
    "search=%20",
    `search=${"x".repeat(201)}`,
    "search=a&n=0",
    "search=%E0%A4",
  ])("answers 400 for ?%s", async (query) => {
    expect((await fetch(`${url()}/api/v1/movies?${query}`)).status).toBe(400);
  });

  it("compares titles alone while Chroma is away, and recommendations go on", async () => {
    await chroma[Symbol.asyncDispose]();
    const byTitle = await search("heat");
    expect(byTitle.textCompared).toBe(false);
    expect(byTitle.movies).toMatchObject([{ id: "heat+1995", match: "title" }]);
    expect(await search("a shark at the beach")).toEqual({ textCompared: false, movies: [] });
    await watch(world.database, { userId: 6, place: 40 });
    await until(async () => (await listFor(url(), 6))[0] === movieId(41));
    expect(await listFor(url(), 6)).toHaveLength(20);
    expect((await fetch(`${url()}/readyz`)).status).toBe(200);
  });
});
