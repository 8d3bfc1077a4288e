import { canListProcesses } from "../processes.ts";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChroma } from "@canarec/local-cluster/chroma";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { startKafka } from "@canarec/local-cluster/kafka";
import { freePort } from "@canarec/local-cluster/port";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canarecJson } from "../integration/cli/canarec.ts";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { type ClusterProcess, eventually, npmStart } from "./cluster-process.ts";
import { SMALL_CATALOG_MOVIES, writeSmallCatalog } from "./small-catalog.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const RATED_AT = 1_500_000_000;
/** As many a shell has them, and nothing that a service should believe. */
const OF_THE_SHELL = {
  ...{ PORT: "80", ADMIN_PORT: "none", USERS: "me", RATE: "fast", SEED: "x", BUILD: "other" },
  ...{ REPLICA_URLS: "x", TOKEN_OF_THE_SHELL: "s3cret" },
};

const opened = new Resources();
let folder: TemporaryFolder;
let home = "";
let builds: string[] = [];
let own: Pick<ClusterFile, "postgresUrl" | "kafkaBrokers" | "chromaUrl">;
let cluster: ClusterProcess;
let file: ClusterFile;

beforeAll(async () => {
  folder = temporaryFolder();
  home = join(folder.path, "home");
  own = await startOwnServers(join(folder.path, "own"));
  const port = String(await freePort());
  const before = head();
  cluster = npmStart(
    home,
    ["--port", port, "--catalog", writeSmallCatalog(folder.path), "--no-simulator"],
    {
      DATABASE_URL: own.postgresUrl,
      KAFKA_BROKERS: own.kafkaBrokers,
      CHROMA_URL: own.chromaUrl,
      RATING_MAX: "10",
      STREAM_ZONE: "America/New_York",
      STREAM_TOPIC: "platform-lines",
      ...OF_THE_SHELL,
    },
  );
  file = await cluster.ready();
  builds = [before, head()]; // somebody may commit meanwhile
});
afterAll(async () => {
  const running = readClusterFile(home);
  if (running !== undefined && isAlive(running.pid)) process.kill(running.pid, "SIGINT");
  await cluster.ended();
  await opened[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe("npm start with a Postgres, a Kafka and a Chroma of one's own", () => {
  it("uses them, and starts none itself", async () => {
    expect(file).toMatchObject(own);
    for (const name of ["postgres", "kafka", "chroma"]) {
      expect(file.services).not.toHaveProperty(name);
      expect(existsSync(join(home, name))).toBe(false);
    }
    expect(await value("select count(*)::int from movie_embeddings")).toBe(SMALL_CATALOG_MOVIES);
    expect(await collections()).toHaveLength(1);
  });

  it("tells with each answer, and in its exposure, from which commit it is", async () => {
    const answer = await fetch(`${file.publicUrl}/recommend/42`);
    expect((await answer.text()).split(",")).toHaveLength(20);
    expect(builds.join(" ")).toMatch(/^[0-9a-f]{40} /);
    expect(builds).toContain(answer.headers.get("x-canarec-build"));
    const exposed = await eventually(() => value("select build from exposures limit 1"));
    expect(builds).toContain(exposed);
  });

  it("tells commands what the lines of its stream mean", async () => {
    expect(file).toMatchObject({ ratingMax: 10, streamZone: "America/New_York" });
    const ratings = join(folder.path, "ratings.csv");
    writeFileSync(ratings, `userId,movieId,rating,timestamp\n7,3,4.0,${RATED_AT}\n`);
    expect(await canarecJson(["stream", "replay", ratings, "--home", home])).toMatchObject({
      sent: 1,
      committed: true,
    });
    const stored = "from interactions where user_id = 7";
    expect(await value(`select rating_raw::float8 ${stored}`)).toBe(8);
    expect(await value(`select extract(epoch from rated_at)::int ${stored}`)).toBe(RATED_AT);
  });

  it("passes nothing to services that is not meant for them", (test) => {
    test.skip(!canListProcesses(), "there is no /proc to read an environment from");
    const services = Object.entries(file.services);
    expect(services.map(([name]) => name)).toEqual(
      expect.arrayContaining(["stream-parser", "control-plane", "load-balancer", "monitoring"]),
    );
    for (const [, { pid }] of services) {
      const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      expect(variables).toContain(`CANAREC_HOME=${home}`);
      for (const [name, text] of Object.entries(OF_THE_SHELL)) {
        expect(variables).not.toContain(`${name}=${text}`);
      }
    }
  });

  it("stops its services, and leaves the servers running", async () => {
    process.kill(file.pid, "SIGINT");
    expect(await cluster.ended()).toBe(0);
    expect(await value("select 1")).toBe(1);
    expect(await collections()).toHaveLength(1);
  });
});

function head(): string {
  return execFileSync("git", ["-C", ROOT, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
}

async function startOwnServers(at: string): Promise<typeof own> {
  const [postgres, kafka, chroma] = await Promise.all([
    startPostgres({ home: at }),
    startKafka({ home: at, cacheDir: process.env["CANAREC_CACHE"] }),
    startChroma({ home: at }),
  ]);
  for (const server of [postgres, kafka, chroma]) opened.use(server);
  return { postgresUrl: postgres.url, kafkaBrokers: kafka.url, chromaUrl: chroma.url };
}

async function collections(): Promise<unknown[]> {
  const path = "/api/v2/tenants/default_tenant/databases/default_database/collections";
  return (await (await fetch(`${own.chromaUrl}${path}`)).json()) as unknown[];
}

/** The first value of the first row; undefined where there is none. */
async function value(sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: own.postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<[unknown]>({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}
