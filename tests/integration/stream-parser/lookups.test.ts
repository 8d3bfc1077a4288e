import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { listenChannels } from "@canarec/db-utils/change-feed/listen";
import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it } from "vitest";
import { openWorld, until, untilWritten } from "./harness.ts";

const day = new Date().toISOString().slice(0, 10);

describe("look-ups", () => {
  it("fill placeholders through 429s, hangs, errors and strings, while the stream goes on", async () => {
    await using platform = await startPlatform();
    await using world = await openWorld(1);
    const heard: string[] = [];
    let isListening = false;
    await using _listener = listenChannels(world.databaseUrl, {
      channels: { canarec_movies: (payload) => void heard.push(payload) },
      onConnected: () => (isListening = true),
    });
    await until("the feed listens", () => isListening);
    const lines = Array.from(
      { length: 300 },
      (_, index) => `${day}T00:00,${index % 5},GET /data/m/movie+${index}%2F/0.mpg`,
    );
    await world.send([...lines, `${day}T00:00,1,GET /data/m/made+up/0.mpg`]);
    await world.startParser({ METADATA_URL: platform.url });
    await untilWritten(world, { 0: 301 });
    await until(
      "all are looked up",
      async () => {
        const { rows } = await world.db.pool.query<{ left: number }>(
          `select (select count(*) from movies where metadata_state = 'placeholder')
                + (select count(*) from users where metadata_state = 'placeholder') as left`,
        );
        return rows[0]?.left === 0;
      },
      90_000,
    );
    const movie = await world.db.pool.query(
      `select title, year, runtime_minutes, overview, adult, metadata_state
       from movies where movie_id = 'movie+7%2F'`,
    );
    expect(movie.rows).toEqual([
      {
        title: "Movie movie+7%2F",
        year: 1999,
        runtime_minutes: 101,
        overview: null,
        adult: false,
        metadata_state: "known",
      },
    ]);
    const madeUp = await world.db.pool.query(
      "select title, metadata_state from movies where movie_id = 'made+up'",
    );
    expect(madeUp.rows).toEqual([{ title: null, metadata_state: "unknown" }]);
    const user = await world.db.pool.query(
      "select age, gender, likes from users where user_id = 3",
    );
    expect(user.rows).toEqual([{ age: 33, gender: "F", likes: null }]);
    expect(heard.length).toBeGreaterThan(0);
    expect(platform.largestCall()).toBe(200);
  });
});

describe("exposures", () => {
  it("are written once each, and damaged ones quarantined", async () => {
    await using world = await openWorld(1);
    const exposure = {
      v: 1,
      requestId: "r-1",
      at: new Date().toISOString(),
      userId: 42,
      assigned: "main",
      served: "main",
      reason: "ok",
      snapshotVersion: 0,
      step: 0,
      build: "b",
      bundle: "c",
      replica: "inference-1",
      attempts: [{ replica: "inference-1", status: 200, ms: 3.5 }],
      status: 200,
      list: ["alien", "barbie"],
      latencyUs: 4_000,
      personalised: true,
      propensities: null,
      pinned: false,
    };
    const values = [
      JSON.stringify(exposure),
      JSON.stringify(exposure),
      JSON.stringify({ ...exposure, requestId: "r-2", propensities: [0.5, 1], replica: null }),
      JSON.stringify({ ...exposure, v: 2 }),
      JSON.stringify({ ...exposure, requestId: "r-3", latencyUs: 2 ** 40 }),
      "{",
      null,
    ];
    const producer = new Kafka({
      brokers: [...world.brokers],
      logLevel: logLevel.NOTHING,
    }).producer();
    await producer.connect();
    await producer.send({
      topic: world.exposureTopic,
      messages: values.map((value) => ({ value, partition: 0 })),
    });
    await producer.disconnect();
    await world.startParser();
    await untilWritten({ db: world.db, topic: world.exposureTopic }, { 0: values.length });
    const { rows } = await world.db.pool.query(
      `select request_id, user_id, list, propensities, replica, attempts from exposures order by request_id`,
    );
    const attempts = exposure.attempts;
    const common = { user_id: 42, list: ["alien", "barbie"], attempts };
    expect(rows).toEqual([
      { ...common, request_id: "r-1", propensities: null, replica: "inference-1" },
      { ...common, request_id: "r-2", propensities: [0.5, 1], replica: null },
    ]);
    const rejected = await world.db.pool.query(
      `select "offset", reason from rejected_lines order by "offset"`,
    );
    expect(rejected.rows).toEqual([
      { offset: 3, reason: "bad_exposure" },
      { offset: 4, reason: "unstorable" },
      { offset: 5, reason: "bad_exposure" },
      { offset: 6, reason: "null_value" },
    ]);
  });
});

interface Platform extends AsyncDisposable {
  readonly url: string;
  /** Most movies asked for in one call. */
  largestCall(): number;
}

/** A metadata API with the moods of the real one: the first calls fail, one after the other, in every way. */
async function startPlatform(): Promise<Platform> {
  let calls = 0;
  let largest = 0;
  const server = createServer((req, res) => {
    calls += 1;
    if (calls === 1) {
      res.writeHead(429, { "retry-after": "1" }).end();
      return;
    }
    if (calls === 2) {
      res.writeHead(503).end();
      return;
    }
    if (calls === 3) return; // hangs
    if (calls === 4) {
      res.end("<html>");
      return;
    }
    const [, kind, ids = ""] = (req.url ?? "").split("/");
    const answer = kind === "movie" ? moviesAnswer(ids) : userAnswer(Number(ids));
    if (kind === "movie") largest = Math.max(largest, ids.split(",").length);
    if (answer === undefined) res.writeHead(404).end();
    else res.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    largestCall: () => largest,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function moviesAnswer(ids: string): unknown {
  const asked = ids.split(",").map(decodeURIComponent);
  if (asked.includes("made+up")) return undefined; // and so for the whole call
  const movies = asked.map((id) => ({
    id,
    title: `Movie ${id}`,
    adult: "False",
    overview: "null",
    runtime: "101",
    release_date: "1999-03-30",
    genres: [{ id: 1, name: "Drama" }],
  }));
  return movies.length === 1 ? movies[0] : movies;
}

function userAnswer(userId: number): unknown {
  return { user_id: userId, age: String(30 + userId), gender: "F", self_description_likes: "null" };
}
