import { canListProcesses } from "../processes.ts";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChroma } from "@canarec/local-cluster/chroma";
import {
  type ClusterFile,
  clusterFilePath,
  readClusterFile,
} from "@canarec/local-cluster/cluster-file";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { startKafka } from "@canarec/local-cluster/kafka";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { freePort } from "@canarec/local-cluster/port";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canarecJson } from "../integration/cli/canarec.ts";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { type CanarySecrets, openCanarySecrets } from "./canary-secrets.ts";
import { type ClusterProcess, eventually, npmStart } from "./cluster-process.ts";
import { answersOf, provokeAnswers, provokeCommands, provokeServices } from "./provoke-errors.ts";
import {
  type CommandLineWatch,
  filesWith,
  foundIn,
  tablesWith,
  watchCommandLines,
} from "./search-written.ts";
import { SMALL_CATALOG_MOVIES, writeSmallCatalog } from "./small-catalog.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const RATED_AT = 1_500_000_000;
/** As many a shell has them, and nothing that a service should believe. */
const OF_THE_SHELL = {
  ...{ PORT: "80", ADMIN_PORT: "none", USERS: "me", RATE: "fast", SEED: "x", BUILD: "other" },
  ...{ REPLICA_URLS: "x", TOKEN_OF_THE_SHELL: "s3cret" },
};

const TAG_HOST = "host of the tags";
const NOTICE = "a notice that Slack does not take";

const opened = new Resources();
let folder: TemporaryFolder;
let home = "";
let builds: string[] = [];
let own: Pick<ClusterFile, "postgresUrl" | "kafkaBrokers" | "chromaUrl">;
let cluster: ClusterProcess;
let file: ClusterFile;
let secrets: CanarySecrets;
let commandLines: CommandLineWatch | undefined;

beforeAll(async () => {
  folder = temporaryFolder();
  home = join(folder.path, "home");
  own = await startOwnServers(join(folder.path, "own"));
  secrets = opened.use(await openCanarySecrets(folder.path, own.postgresUrl));
  if (canListProcesses()) {
    const host = { [TAG_HOST]: new URL(secrets.git.url).host };
    commandLines = watchCommandLines({ ...secrets.values, ...host });
  }
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
      LOG_LEVEL: "debug",
      ...OF_THE_SHELL,
      ...secrets.variables,
    },
  );
  file = await cluster.ready();
  builds = [before, head()]; // somebody may commit meanwhile
});
afterAll(async () => {
  commandLines?.[Symbol.dispose]();
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

  it("shows metrics to whoever has their token, and to nobody else", async () => {
    const authorization = `Bearer ${secrets.values["token of the metrics"] ?? ""}`;
    const control = `Bearer ${secrets.values["token of the control plane"] ?? ""}`;
    const { "load-balancer": _public, ...inner } = file.services;
    const asked = [...Object.values(inner), ...readStates(home).filter(isLive)];
    const urls = asked.flatMap(({ url }) => url ?? []);
    expect(urls.length).toBeGreaterThan(4); // three services, two replicas
    const statuses = async (headers: Readonly<Record<string, string>>) =>
      Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`, { headers })).status));
    expect(new Set(await statuses({}))).toEqual(new Set([401]));
    expect(new Set(await statuses({ authorization: control }))).toEqual(new Set([401]));
    expect(new Set(await statuses({ authorization }))).toEqual(new Set([200]));
  });

  it("gives git the password of a repository, and shows it to nobody who lists processes", async (test) => {
    test.skip(commandLines === undefined, "there is no /proc to list processes by");
    const header = `Basic ${secrets.values["header for the tags"] ?? ""}`;
    await eventually(() => secrets.git.asked.includes(header));
    const seen = () => [...(commandLines?.seen ?? [])];
    await eventually(() => seen().some((line) => line.startsWith(`${TAG_HOST} in git `)));
    expect(seen().filter((line) => !line.startsWith(`${TAG_HOST} in `))).toEqual([]);
  });

  it("lets out no secret, whatever fails", async () => {
    secrets.git.refuse();
    const secretive = { file, home, secrets };
    const said = await provokeAnswers(secretive);
    expect(said.filter((answer) => answer.startsWith("[401,")).length).toBeGreaterThan(3);
    expect(said.filter((answer) => /^\[4(00|04),/.test(answer)).length).toBeGreaterThan(3);
    const third = join(folder.path, "third");
    const token = secrets.values["token of the control plane"] ?? "";
    const operator = { authorization: `Bearer ${token}` }; // who may read the record of what failed
    const failed = await provokeCommands(secretive, third);
    expect(failed.filter(({ code }) => code === 0)).toEqual([]);
    await provokeServices(secretive, NOTICE);
    said.push(...failed.map(({ output }) => output), ...(await answersOf(secretive, operator)));
    expect([...said, cluster.output()].flatMap((text) => foundIn(text, secrets.values))).toEqual(
      [],
    );
    const lines = [...(commandLines?.seen ?? [])];
    expect(lines.filter((line) => !line.startsWith(`${TAG_HOST} in `))).toEqual([]);
  });

  it("has written no secret but into the file for commands, which its owner alone can read", async () => {
    const path = clusterFilePath(home);
    expect(filesWith(home, secrets.values)).toEqual([`${path}: password of the database`]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(filesWith(join(folder.path, "own", "logs"), secrets.values)).toEqual([]);
    const wanted = { ...secrets.values, notice: NOTICE };
    const tables = await queried((client) => tablesWith(client, wanted));
    expect(tables).toEqual(["public.notices: notice"]);
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
function value(sql: string): Promise<unknown> {
  return queried(async (client) => {
    const { rows } = await client.query<[unknown]>({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  });
}

async function queried<T>(ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: own.postgresUrl });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}
