import { type Database, openDatabase } from "@canarec/db-utils/database";
import {
  type BundleContents,
  DEFAULT_RANKING,
  NEIGHBOURS,
  encodeBundle,
} from "@canarec/inference/bundle/codec/index";
import { bundleFixture } from "@canarec/inference/bundle/codec/bundle-fixture";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { storeBundle } from "@canarec/vectordb-scripts/bundle/store-bundle";
import { freshDatabase } from "../../servers.ts";

/** Movies of one kind; each is the neighbour of all others of its kind, of nearly equal similarity. */
const KIND = 24;
const KINDS = 10;
const MOVIES = KIND * KINDS;

/** Of each user, all of one kind: what was watched up to three days ago, and within the last half day. */
const BEFORE = 16;
const AFTER = 4;

const DAY_MS = 86_400_000;
/** In minutes. */
const LENGTH = 100;

/** The newest event of the world. */
const NOW = new Date("2026-03-01T12:00:00Z");

export interface GateWorld extends AsyncDisposable {
  readonly database: Database;
  readonly databaseUrl: string;
  /** Store a bundle that differs from the good one. @returns its id. */
  store(change?: (good: BundleContents) => Partial<BundleContents>): Promise<string>;
  /** Show these users, a minute before each of their latest movies began, a list that has it. */
  show(isShown: (user: number) => boolean): Promise<void>;
}

/**
 * A platform whose users watch movies of one kind each. A list of the rest of that kind finds all that they
 * watched in the last half day.
 */
export async function openGateWorld(users: number): Promise<GateWorld> {
  await using opened = new Resources();
  const fresh = opened.use(await freshDatabase());
  const database = opened.use(await openDatabase(fresh.url));
  await insertMovies(database);
  await insertUsers(database, users);
  const good = goodContents();
  const store: GateWorld["store"] = async (change = () => ({})) => {
    const bundle = encodeBundle({ ...good, ...change(good) });
    await storeBundle(database, bundle);
    return bundle.bundleId;
  };
  const show: GateWorld["show"] = async (isShown) => {
    const everybody = Array.from({ length: users }, (_, user) => user);
    await insertExposures(database, everybody.filter(isShown));
  };
  return disposable(opened, { database, databaseUrl: fresh.url, store, show });
}

/** Neighbours of another kind each: similar to nothing that its users watch. */
export function misled({ neighbours }: BundleContents): Partial<BundleContents> {
  const moved = neighbours.map((movie) => (movie < 0 ? movie : (movie + KIND * 5) % MOVIES));
  return { neighbours: moved };
}

function goodContents(): BundleContents {
  const movies = Array.from({ length: MOVIES }, (_, place) => ({
    movieId: movieId(place),
    runtimeMinutes: LENGTH,
    neighbours: kindOf(place).filter((other) => other !== place),
  }));
  return { ...bundleFixture(movies), ranking: DEFAULT_RANKING };
}

function kindOf(place: number): number[] {
  const first = place - (place % KIND);
  return Array.from({ length: Math.min(KIND, NEIGHBOURS) }, (_, i) => first + i);
}

function movieId(place: number): string {
  return `m${String(place).padStart(3, "0")}`;
}

async function insertMovies({ pool }: Database): Promise<void> {
  const ids = Array.from({ length: MOVIES }, (_, place) => movieId(place));
  await pool.query(
    `insert into movies (movie_id, title, year, runtime_minutes, source, metadata_state, updated_at)
     select id, id, 2000, $2, 'demo', 'known', now() from unnest($1::text[]) with ordinality as m (id, n) order by n`,
    [ids, LENGTH],
  );
}

async function insertUsers({ pool }: Database, users: number): Promise<void> {
  const rows = Array.from({ length: users }, (_, user) => watchesOf(user)).flat();
  await pool.query("insert into users (user_id) select generate_series(0, $1::int - 1)", [users]);
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
     select u, k, $4, at, at + interval '90 minutes'
     from unnest($1::bigint[], $2::int[], $3::timestamptz[]) as i (u, k, at)`,
    [
      rows.map(({ user }) => user),
      rows.map(({ place }) => place + 1), // keys count from 1
      rows.map(({ atMs }) => new Date(atMs)),
      LENGTH - 1,
    ],
  );
}

async function insertExposures(database: Database, users: readonly number[]): Promise<void> {
  await ensurePartitions(database, NOW);
  const rows = users.flatMap((user) => watchesOf(user).slice(BEFORE));
  await database.pool.query(
    `insert into exposures (user_id, answered_at, request_id, list, status, latency_us, personalised, pinned, assigned,
       served, reason, attempts)
     select u, at - interval '1 minute', u || '-' || m, array[m], 200, 9, true, false, 'main', 'main', 'ok', '[]'
     from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as e (u, m, at)`,
    [
      rows.map(({ user }) => user),
      rows.map(({ place }) => movieId(place)),
      rows.map(({ atMs }) => new Date(atMs)),
    ],
  );
}

function watchesOf(user: number) {
  const first = KIND * (user % KINDS);
  return Array.from({ length: BEFORE + AFTER }, (_, n) => {
    const place = first + ((n * 7 + user) % KIND);
    const isBefore = n < BEFORE;
    const agoMs = isBefore ? DAY_MS * (4 - n / BEFORE) : (DAY_MS / 2) * ((user % 11) / 11);
    return { user, place, atMs: NOW.getTime() - agoMs };
  });
}
