import { type Simulator, startSimulator } from "@canarec/simulator/compose";
import {
  metadataElements,
  parseMovieMetadata,
  parseUserMetadata,
} from "@canarec/stream-parser/metadata/parse-metadata";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FreshDatabase } from "../../servers.ts";
import { MOVIES, configOf, databaseWithMovies, log } from "./simulated-platform.ts";

describe("the metadata API", () => {
  let database: FreshDatabase;
  let simulator: Simulator;
  beforeAll(async () => {
    database = await databaseWithMovies();
    simulator = await startSimulator(
      configOf(database, { STREAM_TOPIC: "metadata", METADATA_RATE_LIMIT: "30" }),
      log,
    );
    await vi.waitUntil(() => simulator.world(), { timeout: 30_000 });
  });
  afterAll(async () => {
    await simulator[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });
  const get = (path: string) => fetch(simulator.url + path);

  it("answers one movie as an object, with numbers that are strings", async () => {
    const response = await get(`/movie/${MOVIES[1]?.movieId ?? ""}`);
    expect(response.status).toBe(200);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ title: "Movie 1", adult: "False", overview: "null", budget: "0" });
    expect(parseMovieMetadata(body)).toMatchObject({
      movieId: MOVIES[1]?.movieId,
      title: "Movie 1",
      year: 1951,
      runtimeMinutes: 81,
      overview: null,
      genres: ["Comedy"],
    });
  });

  it("answers up to 200 movies as a list without those that it does not know", async () => {
    const known = MOVIES.slice(0, 199).map((movie) => movie.movieId);
    const response = await get(`/movie/${[...known, "no+such+movie"].join(",")}`);
    const body: unknown = await response.json();
    const ids = metadataElements(body).map((element) => {
      const movie = parseMovieMetadata(element);
      return "movieId" in movie ? movie.movieId : movie.problem;
    });
    expect(ids).toEqual(known);
    expect(
      (
        await get(
          `/movie/${MOVIES.slice(0, 201)
            .map((m) => m.movieId)
            .join(",")}`,
        )
      ).status,
    ).toBe(400);
  });

  it("knows its users", async () => {
    const response = await get("/user/42");
    const profile = parseUserMetadata(await response.json());
    expect(profile).toMatchObject({ userId: 42 });
    expect("age" in profile && profile.age).toBeGreaterThan(13);
  });

  it.each([
    ["/movie/no+such+movie", 404],
    ["/movie/made+up", 404],
    ["/user/99999999", 404],
    ["/user/0", 404],
    ["/user/-1", 400],
    ["/user/1.5", 400],
    ["/user/%00", 400],
    ["/movie/%", 400],
    ["/nowhere", 404],
  ])("answers %s with %i", async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it("refuses more than its limit with 429, and serves again a second later", async () => {
    const refused: Response[] = [];
    while (refused.length === 0) {
      const burst = await Promise.all(Array.from({ length: 120 }, () => get("/user/7")));
      refused.push(...burst.filter((response) => response.status === 429));
    }
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    await expect.poll(async () => (await get("/user/7")).status).toBe(200);
  });
});
