import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ReleaseReport } from "@canarec/cli/release/control-api";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import { INTERNAL_HEADER, InternalHeader } from "@canarec/inference/contract/internal-header";
import { readClusterFile } from "@canarec/local-cluster/cluster-file";
import { freePort } from "@canarec/local-cluster/port";
import pg from "pg";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { type ClusterProcess, npmStart } from "./cluster-process.ts";
import { readmeCommands } from "./readme-commands.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const DATA = process.env["CANAREC_DATA"] ?? join(ROOT, "data");
const MOVIELENS = join(DATA, "ml-latest-small");
const CATALOGUE = join(DATA, "movies_wikipedia_clean.jsonl");
/** Rated or listed in ml-latest-small (its README.txt). */
const RATINGS = 100_836;
const USERS = 610;
const MOVIES = 9_742;
/** Embedding 6,000 movies on two busy cores, beside another cluster. */
const FIRST_START_MS = 900_000;
/** All but the probe. */
const COUNT_USERS = `select count(*) from users where user_id <> ${PROBE_USER_ID}`;

const absent = [CATALOGUE, join(MOVIELENS, "ratings.csv")].filter((file) => !existsSync(file));
const lacking = `${absent.join(" and ")} not found; CANAREC_DATA names the folder`;

let folder: TemporaryFolder | undefined;
let cluster: ClusterProcess | undefined;

afterAll(async () => {
  const running = folder === undefined ? undefined : readClusterFile(home());
  if (running !== undefined) process.kill(running.pid, "SIGINT");
  await cluster?.ended();
  folder?.[Symbol.dispose]();
});

/**
 * The README's run on real data, by its own commands. Here the catalogue is cut to the movies of
 * ml-latest-small and each overview to its first sentence, because embedding 17,598 long texts alone
 * takes minutes; `npm run bench -- embed` embeds all of them.
 */
describe("a cluster fed with ml-latest-small", () => {
  const [start = [], feed = []] = readmeCommands("Real input");
  beforeEach(({ skip }) => skip(absent.length > 0, lacking));
  const [setHome, importTheRest, embed, replay, ship, recommendOne, ...more] = feed;

  it(
    "starts empty of simulated users",
    async () => {
      folder = temporaryFolder();
      writeFileSync(join(folder.path, "movies_wikipedia_clean.jsonl"), moviesOfMovieLens());
      symlinkSync(MOVIELENS, join(folder.path, "ml-latest-small"));
      expect(start).toEqual([
        "npm start -- --no-simulator --home .canarec-movielens --catalog PATH/movies_wikipedia_clean.jsonl",
      ]);
      const catalog = join(folder.path, "movies_wikipedia_clean.jsonl");
      const port = String(await freePort());
      cluster = npmStart(home(), ["--no-simulator", "--port", port, "--catalog", catalog]);
      await cluster.ready();
      expect(await number(COUNT_USERS)).toBe(0);
    },
    FIRST_START_MS,
  );

  it("takes the movies without a text from MovieLens' own list", async () => {
    expect(setHome).toBe("export CANAREC_HOME=.canarec-movielens");
    expect(canarec(importTheRest)).toMatchObject({ rows: MOVIES, rejected: 0 });
    expect(await number("select count(*) from movies")).toBe(MOVIES);
    expect(await number("select count(*) from movies where overview is not null")).toBeGreaterThan(
      6_000,
    );
    canarec(embed);
    expect(await number("select count(*) from movie_embeddings")).toBe(MOVIES);
  });

  it("replays every rating through Kafka with its own time", async () => {
    canarec(replay);
    expect(await number("select count(*) from interactions where rating is not null")).toBe(
      RATINGS,
    );
    expect(await number(COUNT_USERS)).toBe(USERS);
    expect(await number("select count(*) from rejected_lines")).toBe(0);
    // userId 1 rated movie 1 with 4.0 at 964982703.
    expect(
      await number(
        `select extract(epoch from rated_at)::int from interactions join movies using (movie_key)
          where user_id = 1 and movie_id = '1'`,
      ),
    ).toBe(964_982_703);
    expect(canarec("npx canarec db statistics")).toMatchObject({
      interactions: RATINGS,
      differing: 0,
    });
  });

  it("recommends every user 20 movies that they have not rated, and not the same to all", async () => {
    const report = ReleaseReport.parse(canarec(ship));
    expect(report.rollout.state).toBe("promoted");
    const { bundleId } = report.release;
    expect(bundleId).toMatch(/^[0-9a-f]{64}$/);
    expect(report.replicas.length).toBeGreaterThan(0);
    for (const { url } of report.replicas) expect(await servedBundle(url)).toBe(bundleId);
    expect(canarec(recommendOne)).toMatchObject({ personalised: true, movies: { length: 20 } });
    expect(more).toEqual([]);
    const rated = ratedMovies();
    const lists = new Set<string>();
    for (const [user, seen] of rated) {
      const list = await recommend(user);
      expect(list).toHaveLength(20);
      expect(new Set(list).size).toBe(20);
      expect(list.filter((movie) => seen.has(movie))).toEqual([]);
      lists.add(list.join(","));
    }
    expect(rated.size).toBe(USERS);
    expect(lists.size).toBeGreaterThan(USERS * 0.95);
  });
});

function moviesOfMovieLens(): string {
  const ids = new Set(csv("movies.csv").map((row) => row[0]));
  return readFileSync(CATALOGUE, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { movieId: number; overview: unknown })
    .filter(({ movieId }) => ids.has(String(movieId)))
    .map((movie) => JSON.stringify({ ...movie, overview: firstSentence(movie.overview) }))
    .join("\n");
}

/** What is no text stays as it is: the import has something to say about it. */
function firstSentence(text: unknown): unknown {
  if (typeof text !== "string") return text;
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}

function ratedMovies(): Map<string, Set<string>> {
  const rated = new Map<string, Set<string>>();
  for (const [user = "", movie = ""] of csv("ratings.csv")) {
    const seen = rated.get(user) ?? new Set<string>();
    rated.set(user, seen.add(movie));
  }
  return rated;
}

/** Rows without the header; the first two fields are never quoted. */
function csv(file: string): string[][] {
  const lines = readFileSync(join(MOVIELENS, file), "utf8").split(/\r?\n/);
  return lines.filter((line, index) => index > 0 && line !== "").map((line) => line.split(","));
}

function home(): string {
  return join(folder?.path ?? "", "home");
}

function running() {
  const file = readClusterFile(home());
  if (file === undefined) throw new Error("the cluster does not run");
  return file;
}

async function number(sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: running().postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query<[unknown]>({ text: sql, rowMode: "array" });
    return Number(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}

/** What a replica tells the load balancer of its bundle. */
async function servedBundle(url: string): Promise<string> {
  const response = await fetch(`${url}/recommend/1`);
  return InternalHeader.parse(JSON.parse(response.headers.get(INTERNAL_HEADER) ?? "")).bundle;
}

async function recommend(user: string): Promise<string[]> {
  const response = await fetch(`${running().publicUrl}/recommend/${user}`);
  expect(response.status).toBe(200);
  return (await response.text()).split(",");
}

/** Run a line of the README, or one like it, with this test's data and home; its JSON. */
function canarec(line = ""): unknown {
  const [npx = "", ...args] = line.replace("PATH", folder?.path ?? "").split(" ");
  expect([npx, args[0]]).toEqual(["npx", "canarec"]);
  const run = spawnSync(npx, [...args, "--json"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, CANAREC_HOME: home() },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`${line}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}
