import type { Database } from "@canarec/db-utils/database";
import { openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { DEFAULT_RANKING } from "@canarec/inference/bundle/codec/index";
import { createPlainProducts } from "@canarec/inference/models/linear-algebra/plain-products";
import type { MatrixProducts } from "@canarec/inference/models/model";
import { planModels } from "@canarec/inference/training/model-plan";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import {
  type RecordedTraining,
  recordedTraining,
} from "@canarec/vectordb-scripts/bundle/record-training";
import { type FreshCollection, freshCollection } from "../../servers.ts";
import { MOVIES, type World, movieId, openWorld } from "./inference-under-test.ts";

/** Users of two tastes: the even ones watch the first half of the catalogue, the odd ones the second. */
export const USERS = 120;

/** Movies that each of them has watched. */
const WATCHED = 12;

/** Movies of the half that the user likes, each with all but some of it watched. */
export function tasteOf(userId: number): number[] {
  const half = MOVIES / 2;
  const from = userId % 2 === 0 ? 0 : half;
  return Array.from(
    { length: WATCHED },
    (_, k) => from + ((userId * 7 + k * (1 + (userId % 5))) % half),
  );
}

/** Interactions of all of them, by place, over sixty days. */
export async function insertTastes({ pool }: Database): Promise<void> {
  const rows = Array.from({ length: USERS }, (_, place) => place + 1_000).flatMap((userId) =>
    [...new Set(tasteOf(userId))].map((place, k) => ({
      userId,
      place,
      day: (userId + k * 5) % 60,
    })),
  );
  await pool.query("insert into users (user_id) select distinct unnest($1::bigint[])", [
    rows.map(({ userId }) => userId),
  ]);
  await pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
     select u, m + 1, 99, t, t from (
       select unnest($1::bigint[]) as u, unnest($2::int[]) as m,
         timestamptz '2026-01-01' + unnest($3::int[]) * interval '1 day' as t) as r`,
    [rows.map(({ userId }) => userId), rows.map(({ place }) => place), rows.map(({ day }) => day)],
  );
}

/** A world whose users have their tastes, and whose movies are embedded. */
export interface TasteWorld extends AsyncDisposable {
  readonly world: World;
  readonly collection: FreshCollection;
}

export async function openTasteWorld(): Promise<TasteWorld> {
  await using opened = new Resources();
  const world = opened.use(await openWorld());
  const collection = opened.use(await embedInRing());
  await insertTastes(world.database);
  return disposable(opened, { world, collection });
}

/** A collection of vectors in which neighbours by place are near. */
export async function embedInRing(): Promise<FreshCollection> {
  const collection = freshCollection();
  await embedMovies({ chromaUrl: collection.url, collection: collection.name });
  return collection;
}

/** Embed every movie, neighbours by place near each other. */
export async function embedMovies(to: Parameters<typeof openMovieVectors>[0]): Promise<void> {
  const vectors = await openMovieVectors(to);
  await vectors.upsert(
    Array.from({ length: MOVIES }, (_, place) => ({
      movieId: movieId(place),
      movieKey: place + 1,
      title: null,
      year: null,
      textHash: "fixture",
      embedding: directionOf((2 * Math.PI * place) / MOVIES),
    })),
  );
}

function directionOf(angle: number): Float32Array {
  const embedding = new Float32Array(384);
  embedding.set([Math.cos(angle), Math.sin(angle)]);
  return embedding;
}

export interface TrainingOfTest {
  readonly models?: readonly string[];
  /** Parameters that differ from the models' defaults. */
  readonly configs?: Parameters<typeof planModels>[1];
  readonly seed?: number;
  readonly since?: Date | null;
  readonly tuneMs?: number;
  readonly products?: MatrixProducts;
  readonly signal?: AbortSignal;
  readonly waits?: () => void;
}

/** Train on the tables as they are. */
export function trainNow(
  database: Database,
  collection: FreshCollection,
  {
    models = [],
    configs = {},
    seed = 1,
    since = null,
    tuneMs,
    products = createPlainProducts(),
    signal = new AbortController().signal,
    waits,
  }: TrainingOfTest = {},
): Promise<RecordedTraining> {
  return recordedTraining(
    {
      database,
      chromaUrl: collection.url,
      collection: collection.name,
      textVersion: 1,
      modelVersion: "test",
      ranking: DEFAULT_RANKING,
      streamTopic: "movielog",
      plans: planModels(models, configs),
      seed,
      since,
      tuneMs,
    },
    {
      products,
      progress: () => undefined,
      reads: () => undefined,
      begins: () => undefined,
      waits: () => waits?.(),
      signal,
      nowMs: () => performance.now(),
    },
    { code: "unknown", choice: models.length === 0 ? "all" : "chosen" },
  );
}
