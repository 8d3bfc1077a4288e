import { notifyInteractions } from "@canarec/db-utils/change-feed/notify";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { DEFAULT_RANKING } from "@canarec/inference/bundle/codec/index";
import { type Inference, type Overrides, startInference } from "@canarec/inference/compose";
import type { InferenceConfig } from "@canarec/inference/config";
import { DEFAULT_LIST_RULES } from "@canarec/inference/list-rules";
import { COLLECTION } from "@canarec/inference/embedding/movie-vectors";
import { TEXT_VERSION } from "@canarec/inference/embedding/movie-text";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { createLogger } from "@canarec/service-kit/logging";
import { type BuildReport, buildBundle } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { freshDatabase, sharedServers, temporaryFolder } from "../../servers.ts";

/** Movies of the catalogue: `movie+00` … in a ring, each with the next three as its neighbours. */
export const MOVIES = 60;

const STREAM_TOPIC = "movielog";

const GENRES = ["Drama", "Comedy", "Horror", "War", "Western", "Music"];

export function movieId(place: number): string {
  return idAt(place % MOVIES);
}

/** Of a catalogue of any size. */
export function idAt(place: number): string {
  return `movie+${String(place).padStart(2, "0")}`;
}

export interface World extends AsyncDisposable {
  readonly database: Database;
  readonly databaseUrl: string;
  readonly home: string;
  readonly bundle: BuildReport;
  start(config?: Partial<InferenceConfig>, overrides?: Overrides): Promise<Inference>;
}

/** A database with a catalogue, neighbour lists and a bundle; `start` starts replicas on it. */
export async function openWorld(movies = MOVIES): Promise<World> {
  await using opened = new Resources();
  const fresh = opened.use(await freshDatabase());
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const database = opened.use(await openDatabase(fresh.url));
  await insertCatalogue(database, movies);
  const bundle = await buildNow(database);
  const config: InferenceConfig = {
    databaseUrl: fresh.url,
    chromaUrl: sharedServers().chromaUrl,
    streamTopic: STREAM_TOPIC,
    home: folder.path,
    host: "127.0.0.1",
    port: 0,
    metricsToken: { file: undefined, sha256: undefined },
    logLevel: "silent",
    deadlineMs: 600,
    scoringBudgetMs: 1_000,
    ...DEFAULT_LIST_RULES,
    build: "test",
    historyRows: 100_000,
    historyConnections: 4,
  };
  return disposable(opened, {
    database,
    databaseUrl: fresh.url,
    home: folder.path,
    bundle,
    start: (changed: Partial<InferenceConfig> = {}, overrides: Overrides = {}) =>
      startInference({ ...config, ...changed }, createLogger("inference", "silent"), overrides),
  });
}

/** A bundle of the tables as they are. */
export function buildNow(database: Database): Promise<BuildReport> {
  const model = { collection: COLLECTION, textVersion: TEXT_VERSION, modelVersion: "int8" };
  return buildBundle({
    database,
    ...model,
    ranking: DEFAULT_RANKING,
    streamTopic: STREAM_TOPIC,
  });
}

async function insertCatalogue({ pool }: Database, movies: number): Promise<void> {
  const places = Array.from({ length: movies }, (_, place) => place);
  await pool.query(
    `insert into movies (movie_id, title, year, runtime_minutes, source, metadata_state, updated_at)
     select id, title, 1980 + place % 40, 100, 'demo', 'known', now() - interval '1 day'
     from unnest($1::text[], $2::text[], $3::int[]) as m (id, title, place) order by place`,
    [places.map(idAt), places.map((place) => `Movie ${place}`), places],
  );
  await pool.query("insert into genres (name) select unnest($1::text[])", [GENRES]);
  await pool.query(
    `insert into movie_genres (movie_key, genre_key, position)
     select movie_key, genre_key, 0 from movies join genres
       on name = ($1::text[])[1 + (movie_key - 1) % 6]`,
    [GENRES],
  );
  // Movie keys are 1 … n in a database of one's own.
  await pool.query(
    `insert into movie_embeddings (collection, movie_key, text_hash, embedded_at)
     select $1, movie_key, 'fixture', now() from movies`,
    [COLLECTION],
  );
  await pool.query(
    `insert into movie_neighbours (collection, movie_key, updated_at, neighbours, similarities)
     select $1, movie_key, now() + interval '1 s',
       array(select 1 + (movie_key - 1 + k) % $2 from generate_series(1, least(3, $2 - 1)) k),
       array(select (1 - 0.1 * k)::real from generate_series(1, least(3, $2 - 1)) k)
     from movies`,
    [COLLECTION, movies],
  );
  await pool.query(
    `insert into movie_statistics (movie_key, watchers) select movie_key, greatest(0, 1000 - movie_key) from movies`,
  );
}

/** Watch a movie to a minute, as stream-parser writes it: rows and news in one transaction. */
export async function watch(
  database: Database,
  { userId, place, minute = 99 }: { userId: number; place: number; minute?: number },
): Promise<void> {
  const atMs = 1_750_000_000_000 + place * 1_000;
  await database.transaction(async ({ client }) => {
    await client.query("insert into users (user_id) values ($1) on conflict do nothing", [userId]);
    await client.query(
      `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
       values ($1, $2, $3, to_timestamp($4), to_timestamp($4))
       on conflict (user_id, movie_key) do update set
         furthest_minute = greatest(interactions.furthest_minute, excluded.furthest_minute)`,
      [userId, place + 1, minute, atMs / 1_000],
    );
    await notifyInteractions(client, [
      {
        userId,
        movieKey: place + 1,
        furthestMinute: minute,
        firstWatchedAtMs: atMs,
        lastWatchedAtMs: atMs,
        rating: null,
        ratedAtMs: null,
      },
    ]);
  });
}

/** The list of the text route. */
export async function listFor(url: string, userId: number): Promise<string[]> {
  const response = await fetch(`${url}/recommend/${userId}`);
  const text = await response.text();
  return text === "" ? [] : text.split(",");
}

/** What inference tells the load balancer about an answer. */
export async function internalOf(url: string, userId: number): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/recommend/${userId}`);
  await response.text();
  const header: unknown = JSON.parse(response.headers.get("x-canarec-internal") ?? "null");
  return header as Record<string, unknown>;
}

/** Ask until it holds; the time until then in milliseconds. */
export async function until(holds: () => Promise<boolean>, limitMs = 20_000): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    if (await holds()) return performance.now() - startMs;
    if (performance.now() - startMs > limitMs) throw new Error(`not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
