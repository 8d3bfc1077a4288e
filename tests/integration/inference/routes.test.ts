import { once } from "node:events";
import { connect } from "node:net";
import { InternalHeader } from "@canarec/inference/contract/internal-header";
import type { Inference } from "@canarec/inference/compose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  MOVIES,
  type World,
  buildNow,
  listFor,
  movieId,
  openWorld,
  until,
  watch,
} from "./inference-under-test.ts";

let world: World;
let inference: Inference;

beforeAll(async () => {
  world = await openWorld();
  await watch(world.database, { userId: 7, place: 30 });
  await watch(world.database, { userId: 8, place: 30, minute: 2 });
  for (let place = 0; place < MOVIES; place += 1) {
    await watch(world.database, { userId: 100, place });
    if (place < MOVIES - 3) await watch(world.database, { userId: 97, place });
  }
  inference = await world.start();
});

afterAll(async () => {
  await inference[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

async function get(path: string) {
  const response = await fetch(inference.url + path);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, text, json: isJson ? (JSON.parse(text) as never) : undefined };
}

/** As sent, without a client that tidies the path. */
async function raw(path: string): Promise<string> {
  const socket = connect(Number(new URL(inference.url).port), "127.0.0.1");
  await once(socket, "connect");
  socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

describe("GET /recommend/:userId", () => {
  it("answers one line of text with 20 ids and nothing else", async () => {
    const response = await fetch(`${inference.url}/recommend/7`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const text = await response.text();
    expect(text).toMatch(/^movie\+\d\d(,movie\+\d\d){19}$/);
    expect(text.split(",").slice(0, 3)).toEqual([31, 32, 33].map(movieId));
    expect(text.split(",")).not.toContain(movieId(30));
    const internal: unknown = JSON.parse(response.headers.get("x-canarec-internal") ?? "");
    expect(InternalHeader.parse(internal)).toEqual({
      build: "test",
      bundle: world.bundle.bundleId,
      personalised: true,
      propensities: null,
      reason: "history",
    });
  });

  it("answers an unknown user, and one who barely watched, the popular list", async () => {
    const popular = await listFor(inference.url, 123_456_789);
    expect(popular).toHaveLength(20);
    expect(popular[0]).toBe(movieId(0));
    expect(await listFor(inference.url, 0)).toEqual(popular);
    expect(await listFor(inference.url, Number.MAX_SAFE_INTEGER)).toEqual(popular);
    expect((await listFor(inference.url, 8)).slice(0, 20)).toEqual(
      popular.filter((id) => id !== movieId(30)),
    );
  });

  it("goes on with a movie that was hardly begun, where the operator says so", async () => {
    await using lenient = await world.start({ barring: { watchedAbove: 0.05 } });
    const path = "/api/v1/users/8/recommendations?n=60";
    const idsOf = async (url: string) => {
      const answer = (await (await fetch(url + path)).json()) as { movies: { id: string }[] };
      return answer.movies.map(({ id }) => id);
    };
    expect(await idsOf(inference.url)).not.toContain(movieId(30));
    expect(await idsOf(lenient.url)).toContain(movieId(30));
  });

  it("answers what is left to who has watched nearly everything, and an empty line after that", async () => {
    expect((await listFor(inference.url, 97)).toSorted()).toEqual([57, 58, 59].map(movieId));
    const { status, text } = await get("/recommend/100");
    expect({ status, text }).toEqual({ status: 200, text: "" });
  });

  it.each([
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "01",
    "+7",
    "%207",
    "9007199254740992",
    "9".repeat(400),
    "😀",
    encodeURIComponent("😀"),
    "7%00",
    "..%2f..%2fetc%2fpasswd",
    "1;drop%20table%20users",
    "1'%20or%20'1'='1",
    "NaN",
    "null",
    "%E0%A4%A",
    "7?n=5",
  ])("answers 400 for user id %s", async (id) => {
    const { status, json } = await get(`/recommend/${id}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: "invalid_argument" });
  });

  it("answers 404 for what is not a path of ours, and refuses oversized requests", async () => {
    expect((await get("/recommend/")).status).toBe(404);
    expect((await get("/recommend/7/8")).status).toBe(404);
    expect(await raw("/recommend/../../etc/passwd")).toContain("HTTP/1.1 404");
    expect(await raw(`/recommend/7?x=${"y".repeat(20_000)}`)).toContain("HTTP/1.1 431");
    expect(await raw("/recommend/7 8")).toContain("HTTP/1.1 400");
  });
});

describe("GET /api/v1/users/:userId/recommendations", () => {
  it("tells titles, scores and the watched movies behind them", async () => {
    const { json } = await get("/api/v1/users/7/recommendations?n=60&explain=true");
    const { movies, ...rest } = json as unknown as { movies: Record<string, unknown>[] };
    const lastEventAt = expect.any(String) as string;
    const known = { personalised: true, reason: "history", watched: 1, lastEventAt };
    expect(rest).toEqual({ userId: 7, ...known });
    expect(movies).toHaveLength(MOVIES - 1);
    expect(movies[0]).toMatchObject({
      id: movieId(31),
      title: "Movie 31",
      year: 2011,
      genres: ["Comedy"],
      similarity: 1,
      because: [{ kind: "watched", id: movieId(30), title: "Movie 30", share: 1 }],
    });
    expect(movies.at(-1)).toMatchObject({ because: [{ kind: "popular_and_well_rated" }] });
    const scores = movies.map((movie) => movie["score"] as number);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it("names the people and genres that carried a movie, and does without people for a while", async () => {
    const { pool } = world.database;
    await pool.query(
      `insert into people (name) values ('Ann Actor'), ('Dan Director'), ('Somebody Else');
       insert into movie_people (movie_key, person_key, role, position)
         select movie_key, person_key, 'director', 0 from people, movies
         where name = 'Dan Director' and movie_id in ($$movie+30$$, $$movie+32$$);
       insert into movie_people (movie_key, person_key, role, position)
         select movie_key, person_key, 'cast', 0 from people, movies
         where name = 'Ann Actor' and movie_id in ($$movie+30$$, $$movie+31$$, $$movie+32$$)
            or name = 'Somebody Else' and movie_id = $$movie+33$$;
       update movie_genres set genre_key = (select genre_key from movie_genres join movies using (movie_key)
         where movie_id = $$movie+30$$) where movie_key = 34`,
    );
    const because = async (url: string) => {
      const path = "/api/v1/users/7/recommendations?n=3&explain=true";
      return (await (await fetch(url + path)).json()) as {
        peopleCompared?: boolean;
        movies: { id: string; because: { kind: string; name?: string; share: number }[] }[];
      };
    };
    const namesOf = (answer: Awaited<ReturnType<typeof because>>) =>
      answer.movies.map((movie) => [
        movie.id,
        ...movie.because.map(({ kind, name, share }) => [kind, name, share]),
      ]);
    const watched = ["watched", undefined, 1];
    await using bundled = await world.start({
      bundleId: (await buildNow(world.database)).bundleId,
    });
    expect(namesOf(await because(bundled.url))).toEqual([
      [movieId(31), watched, ["person", "Ann Actor", 1]],
      [movieId(32), watched, ["person", "Dan Director", 1], ["person", "Ann Actor", 1]],
      [movieId(33), watched, ["genre", "Drama", 1]],
    ]);
    await pool.query("alter table people rename to people_away");
    const without = await because(bundled.url);
    await pool.query("alter table people_away rename to people");
    expect(without.peopleCompared).toBe(false);
    expect(without.movies[0]?.because).toMatchObject([{ kind: "watched" }]);
    await until(async () => (await because(bundled.url)).peopleCompared === undefined);
    await pool.query("truncate movie_people");
  });

  it("leaves out what is excluded, with + as it is or encoded, and ids that nobody knows", async () => {
    const query = "n=2&exclude=movie+31,movie%2B32&exclude=no+such+movie";
    const { json } = await get(`/api/v1/users/7/recommendations?${query}`);
    expect((json as unknown as { movies: { id: string }[] }).movies[0]?.id).toBe(movieId(33));
  });

  it.each([
    "n=0",
    "n=101",
    "n=1.5",
    "n=",
    "n=5&n=6",
    "explain=yes",
    "limit=5",
    "exclude=%00",
    "exclude=%",
    `exclude=${Array.from({ length: 201 }, (_, i) => i).join(",")}`,
  ])("answers 400 for ?%s", async (query) => {
    const { status, json } = await get(`/api/v1/users/7/recommendations?${query}`);
    expect({ status, json }).toMatchObject({ status: 400, json: { code: "invalid_argument" } });
  });
});

describe("GET /api/v1/movies/:id", () => {
  it("tells what is known of a movie, with + as it is or encoded", async () => {
    const { json } = await get("/api/v1/movies/movie+03");
    expect(json).toEqual({
      id: movieId(3),
      title: "Movie 3",
      year: 1983,
      genres: ["War"],
      runtimeMinutes: 100,
      watchers: 996,
      ratings: 0,
      meanRating: null,
    });
    expect((await get("/api/v1/movies/movie%2B03")).json).toEqual(json);
  });

  it("tells similar movies", async () => {
    const { json } = await get("/api/v1/movies/movie+03/similar?n=2");
    expect(json).toMatchObject({
      movies: [
        { id: movieId(4), similarity: 0.9 },
        { id: movieId(5), similarity: 0.8 },
      ],
    });
  });

  it("answers 404 for a movie that it does not know, 400 for what cannot be an id", async () => {
    expect((await get("/api/v1/movies/movie%2003")).status).toBe(404);
    expect((await get("/api/v1/movies/..%2f..%2fetc")).status).toBe(404);
    expect((await get("/api/v1/movies/😀/similar")).status).toBe(404);
    expect((await get("/api/v1/movies/%00")).status).toBe(400);
    expect((await get(`/api/v1/movies/${"x".repeat(257)}`)).status).toBe(400);
    expect((await get("/api/v1/movies/%E0%A4%A")).status).toBe(400);
  });
});

describe("GET /api/v1/survey", () => {
  it("asks about popular movies where nothing was learned", async () => {
    const { json } = await get("/api/v1/survey");
    const { movies } = json as unknown as { movies: { id: string; title: string }[] };
    expect(movies).toHaveLength(6);
    const popular = (await get("/internal/popular?n=6")).json as unknown as { movies: string[] };
    expect(movies.map(({ id }) => id)).toEqual(popular.movies);
    expect((await get("/api/v1/survey?n=21")).status).toBe(400);
  });
});

describe("what the load balancer and operators ask", () => {
  it("tells the popular list", async () => {
    const { json } = await get("/internal/popular?n=50");
    const { movies } = json as unknown as { movies: string[] };
    expect(movies).toHaveLength(50);
    expect(movies.slice(0, 20)).toEqual(await listFor(inference.url, 555));
  });

  it("is alive, ready and measured", async () => {
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).json).toEqual({ ready: true });
    const { text } = await get("/metrics");
    for (const name of [
      "request_seconds_count",
      'history_lookups_total{outcome="hit"',
      "feed_age_seconds",
      "bundle_age_seconds",
      'lists_total{reason="history",personalised="true"',
      'failed_requests_total{code="invalid_argument"',
      "embedding_backlog",
    ]) {
      expect(text).toContain(`canarec_inference_${name}`);
    }
  });
});
