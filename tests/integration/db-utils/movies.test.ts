import { describe, expect, it } from "vitest";
import { decodeKeys } from "@canarec/db-utils/change-feed/codec";
import { listenChannels } from "@canarec/db-utils/change-feed/listen";
import { MOVIES_CHANNEL } from "@canarec/db-utils/change-feed/notify";
import { openDatabase } from "@canarec/db-utils/database";
import type { MovieUpsert } from "@canarec/db-utils/movies/movie";
import { type MovieRepository, createMovieRepository } from "@canarec/db-utils/movies/repository";
import { freshDatabase } from "../../servers.ts";

const HEAT: MovieUpsert = {
  movieId: "heat+1995",
  title: "Heat",
  year: 1995,
  genres: ["Crime", "Drama"],
  people: [
    { name: "Michael Mann", role: "director" },
    { name: "Al Pacino", role: "cast" },
    { name: "Robert De Niro", role: "cast" },
  ],
  tags: [{ name: "heist", uses: 3 }],
};

async function withRepository(
  work: (movies: MovieRepository, url: string) => Promise<void>,
): Promise<void> {
  await using fresh = await freshDatabase();
  await using db = await openDatabase(fresh.url);
  await work(createMovieRepository(db), fresh.url);
}

describe("MovieRepository", () => {
  it("gives each movie seen for the first time a key, once", () =>
    withRepository(async (movies) => {
      const ids = ["b", "a", "b", "c+1990"];
      const both = await Promise.all([movies.ensure(ids), movies.ensure([...ids, "d"])]);
      expect([...both[0].keys()].sort()).toEqual(["a", "b", "c+1990"]);
      for (const [id, key] of both[0]) expect(both[1].get(id)).toBe(key);
      expect(await movies.countByState()).toEqual({ placeholder: 4, known: 0, unknown: 0 });
      expect(await movies.keys(["a", "none"])).toEqual(new Map([["a", both[0].get("a")]]));
    }));

  it("writes a movie with its lists, in their order", () =>
    withRepository(async (movies) => {
      const { inserted, updated } = await movies.upsert([HEAT], "jsonl");
      expect([inserted.length, updated.length]).toEqual([1, 0]);
      expect(await movies.findById("heat+1995")).toMatchObject({
        ...HEAT,
        people: [HEAT.people?.[1], HEAT.people?.[2], HEAT.people?.[0]], // cast, director
        overview: null,
        source: "jsonl",
        metadataState: "known",
      });
      expect(await movies.findById("none")).toBeUndefined();
    }));

  it("does not write what is already so", () =>
    withRepository(async (movies) => {
      await movies.upsert([HEAT], "jsonl");
      const before = await movies.findById(HEAT.movieId);
      expect(await movies.upsert([HEAT, HEAT], "platform")).toEqual({ inserted: [], updated: [] });
      expect(await movies.findById(HEAT.movieId)).toEqual(before);
    }));

  it("takes new values, keeps those not told, and replaces lists as a whole", () =>
    withRepository(async (movies) => {
      await movies.upsert([HEAT], "jsonl");
      const key = (await movies.keys([HEAT.movieId])).get(HEAT.movieId);
      const change = {
        movieId: HEAT.movieId,
        title: "Heat",
        overview: "A heist.",
        genres: ["Drama"],
      };
      expect(await movies.upsert([change], "platform")).toEqual({ inserted: [], updated: [key] });
      expect(await movies.findById(HEAT.movieId)).toMatchObject({
        year: 1995,
        overview: "A heist.",
        genres: ["Drama"],
        tags: HEAT.tags,
      });
      const emptied = { movieId: HEAT.movieId, title: "Heat", tags: [] };
      expect(await movies.upsert([emptied], "platform")).toEqual({ inserted: [], updated: [key] });
      expect((await movies.findById(HEAT.movieId))?.tags).toEqual([]);
    }));

  it("takes texts that Postgres would refuse, and makes a placeholder known", () =>
    withRepository(async (movies) => {
      await movies.ensure(["odd"]);
      const title = "NUL \0 and half \ud83c of a pair";
      await movies.upsert([{ movieId: "odd", title, genres: [" ", "x".repeat(300)] }], "platform");
      expect(await movies.findById("odd")).toMatchObject({
        title: "NUL  and half \ufffd of a pair",
        genres: ["x".repeat(256)],
        metadataState: "known",
      });
    }));

  it("writes all or nothing, and tells the change feed", () =>
    withRepository(async (movies, url) => {
      const heard: number[][] = [];
      await using feed = listenChannels(url, {
        channels: { [MOVIES_CHANNEL]: (payload) => void heard.push(decodeKeys(payload)) },
      });
      await expect.poll(() => feed.isLive()).toBe(true);
      const many = Array.from({ length: 1_001 }, (_, index) => ({
        movieId: `m${index}`,
        title: `Movie ${index}`,
      }));
      const tooLong = { movieId: "x".repeat(257), title: "Too long an id" };
      await expect(movies.upsert([...many, tooLong], "demo")).rejects.toThrow(
        "movies_movie_id_bytes",
      );
      expect((await movies.countByState()).known).toBe(0);
      const { inserted } = await movies.upsert(many, "demo");
      await expect.poll(() => heard.flat().length).toBe(1_001);
      expect(heard.flat().sort((a, b) => a - b)).toEqual(inserted.toSorted((a, b) => a - b));
    }));

  it("lists every movie once, in the order of keys", () =>
    withRepository(async (movies) => {
      await movies.ensure(["a", "b", "c", "d", "e"]);
      await movies.upsert([{ movieId: "c", title: "See" }], "demo");
      const ids: string[][] = [];
      for await (const batch of movies.list({ batch: 2 })) ids.push(batch.map((m) => m.movieId));
      expect(ids).toEqual([["a", "b"], ["c", "d"], ["e"]]);
      const known: string[] = [];
      for await (const batch of movies.list({ batch: 2, states: ["known"] })) {
        known.push(...batch.map((m) => m.movieId));
      }
      expect(known).toEqual(["c"]);
      const [first] = await movies.findByKeys([9_999, 1]);
      expect(first?.movieId).toBe("a");
    }));

  it.each([
    { text: "star w", finds: ["star wars", "the star wars holiday special"] },
    { text: "STAR WARS", finds: ["star wars", "the star wars holiday special"] },
    { text: "wars star", finds: ["star wars", "the star wars holiday special"] },
    { text: "starw", finds: [] },
    { text: "'); drop table movies; --", finds: [] },
    { text: "& | ! :*", finds: [] },
    { text: "été", finds: ["un été à paris"] },
  ])("finds titles by words: $text", ({ text, finds }) =>
    withRepository(async (movies) => {
      const titles = ["The Star Wars Holiday Special", "Star Wars", "Star Trek", "Un été à Paris"];
      await movies.upsert(
        titles.map((title) => ({ movieId: title.toLowerCase(), title })),
        "demo",
      );
      expect((await movies.search(text, 10)).map((movie) => movie.movieId)).toEqual(finds);
    }),
  );

  it("claims due look-ups for one asker at a time, and again when they failed", () =>
    withRepository(async (movies) => {
      await movies.ensure(["a", "b", "c"]);
      const now = new Date(Date.now() + 1_000);
      const claims = await Promise.all([
        movies.claimLookups(now, 2, 60_000),
        movies.claimLookups(now, 2, 60_000),
      ]);
      expect(
        claims
          .flat()
          .map(({ movieId }) => movieId)
          .sort(),
      ).toEqual(["a", "b", "c"]);
      const later = new Date(now.getTime() + 600_000);
      await movies.postponeLookups(["a"], later);
      const muchLater = new Date(now.getTime() + 3_600_000);
      await movies.markUnknown(["b"], muchLater);
      await movies.upsert([{ movieId: "c", title: "See" }], "platform");
      expect(await movies.claimLookups(new Date(now.getTime() + 120_000), 10, 1)).toEqual([]);
      expect(await movies.claimLookups(later, 10, 1)).toMatchObject([
        { movieId: "a", attempts: 1 },
      ]);
      await movies.postponeLookups(["a"], new Date(muchLater.getTime() + 1));
      expect(await movies.claimLookups(muchLater, 10, 1)).toMatchObject([
        { movieId: "b", attempts: 1 },
      ]);
      await movies.upsert([{ movieId: "b", title: "Bee" }], "platform");
      expect(await movies.findById("b")).toMatchObject({ title: "Bee", metadataState: "known" });
      await movies.ensure(["d"]);
      await movies.markUnknown(["d"], muchLater);
      expect(await movies.countByState()).toEqual({ placeholder: 1, known: 2, unknown: 1 });
    }));

  it("knows which movies were written since", () =>
    withRepository(async (movies) => {
      await movies.upsert([HEAT], "jsonl");
      expect(await movies.changedSince(new Date(0))).toHaveLength(1);
      expect(await movies.changedSince(new Date(Date.now() + 60_000))).toEqual([]);
    }));
});
