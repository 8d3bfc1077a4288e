import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { freePort } from "@canarec/local-cluster/port";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canListProcesses, processesOf } from "../processes.ts";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { eventually, npmStart } from "./cluster-process.ts";
import { releaseStatus } from "./release-status.ts";
import { SMALL_CATALOG_MOVIES, writeSmallCatalog } from "./small-catalog.ts";

const run = promisify(execFile);
const CLI = join(import.meta.dirname, "..", "..", "cli", "bin", "canarec.mjs");

const USERS = 120;
const RATED = 12;

let folder: TemporaryFolder;
let home: string;
let file: ClusterFile;
let client: pg.Client;

beforeAll(async () => {
  folder = temporaryFolder();
  home = join(folder.path, "home");
  const options = ["--no-simulator", "--port", String(await freePort())];
  const catalog = ["--catalog", writeSmallCatalog(folder.path)];
  file = await npmStart(home, [...options, ...catalog], {
    ...{ RELEASE_SCHEDULE: "*/10 * * * * *", RELEASE_PLAN: "quick" },
  }).ready();
  client = new pg.Client({ connectionString: file.postgresUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  const running = readClusterFile(home);
  if (running !== undefined) process.kill(running.pid, "SIGINT");
  await eventually(() => !canListProcesses() || processesOf(folder.path).length === 0);
  folder[Symbol.dispose]();
});

async function canarec(...args: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [CLI, ...args, "--json", "--home", home]);
  return JSON.parse(stdout);
}

async function rows<T extends object>(sql: string): Promise<T[]> {
  return (await client.query<T>(sql)).rows;
}

const nights = (state: string) =>
  rows<{ detail: unknown }>(
    `select detail from job_runs where job = 'release' and state = '${state}' order by run_key`,
  );
const scheduled = () =>
  rows<{ id: number; bundle: string }>(
    `select release_id::int as id, bundle_id as bundle from releases where source = 'schedule' order by 1`,
  );

/** Ratings of users of two tastes, an hour apart, in the stream's own lines. */
function writeRatings(path: string): void {
  const half = SMALL_CATALOG_MOVIES / 2;
  const line = (user: number, n: number) => {
    const movie = (user % 2) * half + ((user * 7 + n * 3) % half);
    const at = new Date(Date.UTC(2026, 0, 1, user + n)).toISOString().slice(0, 19);
    return `${at},${user},GET /rate/the+tale+of+${movie + 1}=${4 + (n % 2)}\n`;
  };
  const lines = Array.from({ length: USERS * RATED }, (_, at) =>
    line(at % USERS, (at / USERS) | 0),
  );
  writeFileSync(path, lines.join(""));
}

describe("the schedule of releases, on npm start", () => {
  it("releases nothing while there is nothing to learn from", async () => {
    const failed = await eventually(async () => (await nights("failed"))[0]);
    expect(failed.detail).toMatchObject({
      reason: expect.stringMatching(/^train: .*there are no interactions to learn from/) as string,
    });
    expect(await scheduled()).toEqual([]);
    expect(await rows("select 1 from training_runs where state = 'succeeded'")).toEqual([]);
  });

  it("trains, asks the gate and submits by itself, and the learned bundle gets its users", async () => {
    const ratings = join(folder.path, "ratings.log");
    writeRatings(ratings);
    await canarec("stream", "replay", ratings);
    const night = await eventually(async () => (await nights("succeeded"))[0]);
    const [release] = await scheduled();
    expect(night.detail).toMatchObject([{ bundleId: release?.bundle }, { releaseId: release?.id }]);
    const trained = await rows(
      "select bundle_id as id from training_runs where state = 'succeeded'",
    );
    expect(trained).toContainEqual({ id: release?.bundle });
    const status = await eventually(async () => {
      const found = await releaseStatus(home, release?.id ?? 0);
      return found.rollout.state === "ramping" ? found : undefined;
    });
    expect(status.gate).toMatchObject({
      verdict: expect.stringMatching(/^(pass|no-data)$/) as string,
    });
    const [replica] = status.replicas;
    const answer = await fetch(`${replica?.url}/recommend/1`);
    expect((await answer.text()).split(",")).toHaveLength(20);
    expect(JSON.parse(answer.headers.get("x-canarec-internal") ?? "{}")).toMatchObject({
      ...{ bundle: release?.bundle, personalised: true },
    });
  });
});
