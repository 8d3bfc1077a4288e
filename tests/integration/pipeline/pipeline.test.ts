import { createServer } from "node:http";
import { openDatabase } from "@canarec/db-utils/database";
import { countInteractions } from "@canarec/db-utils/interactions/stream-interactions";
import { verifyStatistics } from "@canarec/db-utils/statistics/verify-statistics";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import { sampleUsers } from "@canarec/inference/gate/read-users";
import { startChroma } from "@canarec/local-cluster/chroma";
import { freePort } from "@canarec/local-cluster/port";
import { startMonitoring } from "@canarec/monitoring/compose";
import { monitoringConfig } from "@canarec/monitoring/config";
import { WATCH_LIMITS } from "@canarec/monitoring/watch/limits";
import { createLogger } from "@canarec/service-kit/logging";
import { serve } from "@canarec/service-kit/http";
import { Resources } from "@canarec/service-kit/lifecycle";
import { Kafka, type Producer, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServiceProcess, startService } from "../../load/serve-parts/processes.ts";
import { freshTopic, temporaryFolder } from "../../servers.ts";
import { staleReplica } from "../../stale-replica.ts";
import { type World, listFor, openWorld, until } from "../inference/inference-under-test.ts";
import { ask, balance, range, untilReplicas } from "../load-balancer/load-balancer-under-test.ts";
import { slackDouble } from "../monitoring/slack-double.ts";

/** Movies that only the platform knows. */
const NEW: Readonly<Record<string, { readonly title: string; readonly overview: string }>> = {
  "jaws+1975": { title: "Jaws", overview: "A great white shark attacks swimmers at a beach." },
  "deep+blue+sea+1999": {
    title: "Deep Blue Sea",
    overview: "Scientists are hunted by sharks in a flooded laboratory.",
  },
  "open+water+2003": {
    title: "Open Water",
    overview: "Two divers left behind in the ocean are surrounded by sharks.",
  },
};

/** The true rule of freshness, with shorter times. */
const FRESHNESS_LIMITS = {
  ...WATCH_LIMITS,
  freshness: { badSeconds: 3, goodSeconds: 2 },
  holds: { ...WATCH_LIMITS.holds, freshness: { beginMs: 400, endMs: 400 } },
};

const opened = new Resources();
const replicas: { readonly url: string; readonly process: ServiceProcess }[] = [];
let world: World;
let producer: Producer;
let balancer: Awaited<ReturnType<typeof balance>>;
let topic = "";
let brokers: readonly string[] = [];

beforeAll(async () => {
  world = opened.use(await openWorld());
  const stream = opened.use(await freshTopic(2));
  const exposures = opened.use(await freshTopic(1));
  topic = stream.topic;
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const chroma = opened.use(await startChroma({ home: folder.path }));
  const platform = opened.use(await startPlatform());
  brokers = stream.brokers;
  const env = {
    DATABASE_URL: world.databaseUrl,
    KAFKA_BROKERS: brokers.join(","),
    CHROMA_URL: chroma.url,
    CANAREC_HOME: folder.path,
    STREAM_TOPIC: topic,
    EXPOSURE_TOPIC: exposures.topic,
    STREAM_GROUP: topic,
    METADATA_URL: platform.url,
  };
  const start = async (program: string) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const process = await startService(program, { ...env, PORT: String(port) }, `${url}/readyz`);
    return { url, process: opened.use(process) };
  };
  const parser = start("stream-parser/src/main.ts");
  const inference = "inference/src/main.ts";
  replicas.push(...(await Promise.all([start(inference), start(inference)])));
  await parser;
  producer = new Kafka({
    clientId: "tests",
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
  }).producer();
  await producer.connect();
  opened.defer(() => producer.disconnect());
  balancer = opened.use(
    await balance({
      replicas: replicas.map(({ url }) => url),
      home: `${folder.path}/load-balancer`,
      brokers,
      topic: exposures.topic,
    }),
  );
  await untilReplicas(balancer, 2);
});
afterAll(() => opened[Symbol.asyncDispose]());

/** The platform's API for movies: a list for `/movie/<id>,<id>`; it knows no user. */
async function startPlatform() {
  const server = createServer((req, res) => {
    const [, kind, ids = ""] = (req.url ?? "").split("/");
    const known = ids
      .split(",")
      .map(decodeURIComponent)
      .filter((id) => id in NEW);
    const status = kind === "movie" && known.length > 0 ? 200 : 404;
    res.writeHead(status, { "content-type": "application/json" });
    res.end(JSON.stringify(known.map((id) => ({ id, ...NEW[id], runtime: 100, adult: "False" }))));
  });
  return serve(server, { host: "127.0.0.1", port: 0, drainMs: 1 });
}

async function send(...lines: readonly string[]): Promise<void> {
  const at = new Date().toISOString().slice(0, 19);
  await producer.send({ topic, messages: lines.map((line) => ({ value: `${at},${line}` })) });
}

describe("a line on Kafka", () => {
  it("changes the very user's list, through the parser and the change feed", async () => {
    for (let round = 0; round < 10; round += 1) {
      const [first = ""] = await listFor(balancer.url, 7);
      await send(`7,GET /rate/${first}=5`);
      await until(async () => !(await listFor(balancer.url, 7)).includes(first), 60_000);
    }
    expect(await listFor(balancer.url, 7)).toHaveLength(20);
  });

  it("that names a new movie makes every replica recommend it", async () => {
    const [seen = "", ...others] = Object.keys(NEW);
    await send(
      ...others.map((id) => `8,GET /data/m/${id}/0.mpg`),
      ...range(99).map((minute) => `9,GET /data/m/${seen}/${minute}.mpg`),
    );
    for (const { url } of replicas) {
      let list: string[] = [];
      await until(async () => {
        list = await listFor(url, 9);
        return others.every((id) => list.includes(id));
      }, 90_000);
      expect(list).not.toContain(seen);
    }
  });
});

describe("the probe", () => {
  it("measures until every replica serves its event, tells of one that does not, and is no user", async () => {
    await using database = await openDatabase(world.databaseUrl);
    const { pool } = database;
    const addReplica = (name: string, url: string) =>
      pool.query(
        `insert into replicas (name, release_id, runtime, state, url, started_at)
         select $1, release_id, 'process', 'ready', $2, now() from releases`,
        [name, url],
      );
    await pool.query(
      `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source)
       values (now(), 'main', 'HEAD', repeat('a', 40), 'a', '{}', repeat('a', 64), 'me', 'cli')`,
    );
    for (const [place, { url }] of replicas.entries()) await addReplica(`r1-${place}`, url);
    await using slack = await slackDouble();
    await using stale = await staleReplica();
    const config = monitoringConfig({
      ...{ DATABASE_URL: world.databaseUrl, KAFKA_BROKERS: brokers.join(","), PORT: "0" },
      ...{ STREAM_TOPIC: topic, FRESHNESS_SECONDS: "1", SLACK_WEBHOOK_URL: slack.url },
    });
    const log = createLogger("monitoring", "silent");
    const watch = { everyMs: 100, limits: FRESHNESS_LIMITS };
    await using monitoring = await startMonitoring(config, log, { jobs: [], watch });
    const seconds = async (of: "last" | "waiting") => {
      const text = await (await fetch(`${monitoring.url}/metrics`)).text();
      const line = new RegExp(`^canarec_freshness_${of}_seconds\\{.*\\} (.*)$`, "m");
      return Number(line.exec(text)?.[1]);
    };
    await until(async () => (await seconds("last")) > 0, 60_000);

    await addReplica("r1-stale", stale.url);
    const told = (start: string) =>
      until(() => Promise.resolve(slack.accepted.some((text) => text.startsWith(start))), 60_000);
    await told("Lists are out of date: an event on the stream is not servable after");
    expect(await seconds("waiting")).toBeGreaterThan(FRESHNESS_LIMITS.freshness.badSeconds);
    const asked = await fetch(
      `${replicas[0]?.url ?? ""}/api/v1/users/${PROBE_USER_ID}/recommendations?n=1`,
    );
    const { lastEventAt, watched } = (await asked.json()) as Record<string, unknown>;
    expect(watched).toBe(1);
    expect(Date.parse(String(lastEventAt))).toBeLessThanOrEqual(Date.now());
    await pool.query("delete from replicas where name = 'r1-stale'");
    await told("Over: ");
    expect(await seconds("waiting")).toBeLessThan(FRESHNESS_LIMITS.freshness.badSeconds);

    const { rows } = await pool.query<{ all: number; probes: number }>(
      `select count(*)::int4 as all, (count(*) filter (where user_id = $1))::int4 as probes from interactions`,
      [PROBE_USER_ID],
    );
    expect(rows[0]?.probes).toBe(1);
    const learned = await countInteractions(pool, { since: null, until: null });
    expect(learned).toBe((rows[0]?.all ?? NaN) - 1);
    const counted = await database.transaction(({ client }) =>
      verifyStatistics(client, { mend: false }),
    );
    expect(counted.interactions).toBe(learned);
    // Statistics of movies are made up here; those of hours are the parser's.
    expect(counted.differences.filter(({ table }) => table === "movie_hours")).toEqual([]);
    expect(await sampleUsers(database, { limit: 1_000, seed: 1 })).not.toContain(PROBE_USER_ID);
    const exposed = await pool.query("select from exposures where user_id = $1", [PROBE_USER_ID]);
    expect(exposed.rows).toEqual([]);
  });
});

describe("answers", () => {
  it("become rows of exposures, as they were given", async () => {
    const users = range(50, 5_000);
    const answers = await ask(balancer.url, users, 8);
    await using database = await openDatabase(world.databaseUrl);
    const rowsOf = async () => {
      const { rows } = await database.pool.query<Record<string, unknown>>(
        `select request_id, user_id, assigned, served, status, list, jsonb_array_length(attempts) as attempts
         from exposures where user_id between 5000 and 5049`,
      );
      return rows;
    };
    await until(async () => (await rowsOf()).length >= users.length, 60_000);
    const byRequest = new Map((await rowsOf()).map((row) => [row["request_id"], row]));
    answers.forEach(({ movies, headers }, index) => {
      expect(byRequest.get(headers["x-request-id"])).toEqual({
        request_id: headers["x-request-id"],
        user_id: users[index],
        assigned: "main",
        served: "main",
        status: 200,
        list: movies,
        attempts: 1,
      });
    });
    expect(byRequest.size).toBe(users.length);
  });

  it("are all given while a replica is killed", async () => {
    const asking = ask(balancer.url, range(3_000, 10_000), 8);
    const [victim] = replicas;
    let isAnswered = false;
    void asking.then(() => (isAnswered = true));
    await until(async () => (await ask(balancer.url, [1], 1)).length === 1);
    process.kill(victim?.process.pid ?? 0, "SIGKILL");
    expect(isAnswered).toBe(false); // the load goes on while it is gone
    const answers = await asking;
    const wrong = answers.filter(
      ({ status, movies, headers }) =>
        status !== 200 || movies.length !== 20 || headers["x-canarec-fallback"] !== undefined,
    );
    expect(wrong).toEqual([]);
    await untilReplicas(balancer, 1);
  });
});
