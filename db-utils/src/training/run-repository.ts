import type { Database } from "../database.ts";
import type { BundleWatermark } from "../schema/bundles.ts";

/** One training: on what, how, how well, and what came of it. */
export interface TrainingRun {
  readonly runKey: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly state: "running" | "succeeded" | "failed";
  /** Commit of the code that trained, or `unknown`. */
  readonly code: string;
  readonly seed: number;
  /** Only interactions from then on were used; null: all. */
  readonly since: Date | null;
  readonly watermark: BundleWatermark | null;
  readonly dataHash: string | null;
  readonly users: number | null;
  readonly movies: number | null;
  readonly interactions: number | null;
  readonly parameters: unknown;
  readonly durations: unknown;
  readonly metrics: unknown;
  /** Of the bundle. */
  readonly bytes: number | null;
  readonly bundleId: string | null;
  readonly failure: string | null;
}

/**
 * Whose choice a run's models were: `all` that there were, some that were `chosen` for an experiment, or those of an
 * earlier run, `repeated` for a build.
 */
export type ModelChoice = "all" | "chosen" | "repeated";

/** What a run that succeeded has to tell. */
export type TrainingResult = Pick<TrainingRun, "durations" | "metrics"> & {
  readonly parameters: Readonly<Record<string, unknown>> & { readonly choice: ModelChoice };
  readonly bytes: number;
  readonly bundleId: string;
};

/** What a run has read. */
export interface TrainingSource {
  readonly watermark: BundleWatermark;
  readonly dataHash: string;
  readonly users: number;
  readonly movies: number;
  readonly interactions: number;
}

/** The diary of training. */
export interface TrainingRunRepository {
  /** @returns the key of the run. */
  begin(run: Pick<TrainingRun, "code" | "seed" | "since">): Promise<number>;
  read(runKey: number, source: TrainingSource): Promise<void>;
  succeed(runKey: number, result: TrainingResult): Promise<void>;
  /** Call all runs without an end interrupted: only whoever knows that none of them goes on may. */
  endAll(): Promise<void>;
  /** @param failure without secrets. */
  fail(runKey: number, failure: string): Promise<void>;
  /** The latest first. */
  list(limit: number): Promise<TrainingRun[]>;
  find(runKey: number): Promise<TrainingRun | undefined>;
  /**
   * The run that builds train like: the newest that succeeded with all models, or with chosen ones in a bundle that was
   * promoted and not rolled back. Undefined without one. A run that does not say whose choice it was counts as one of all.
   */
  followed(): Promise<TrainingRun | undefined>;
}

const COLUMNS = `run_key as "runKey", started_at as "startedAt", finished_at as "finishedAt", state, code, seed,
  since, watermark, data_hash as "dataHash", users, movies, interactions, parameters, durations, metrics, bytes,
  bundle_id as "bundleId", failure`;

const FOLLOWED = `where state = 'succeeded' and case coalesce(parameters->>'choice', 'all')
    when 'all' then true
    when 'chosen' then exists (
      select from releases join rollouts using (release_id)
      where releases.bundle_id = training_runs.bundle_id and rollouts.state = 'promoted')
    else false end
  order by run_key desc limit 1`;

export function createTrainingRunRepository({
  pool,
}: Pick<Database, "pool">): TrainingRunRepository {
  const select = async (rest: string, values: unknown[]) => {
    const { rows } = await pool.query<TrainingRun>(
      `select ${COLUMNS} from training_runs ${rest}`,
      values,
    );
    return rows;
  };
  return {
    async begin({ code, seed, since }) {
      const { rows } = await pool.query<{ key: number }>(
        `insert into training_runs (started_at, code, seed, since) values (now(), $1, $2, $3)
         returning run_key as key`,
        [code, seed, since],
      );
      const key = rows[0]?.key;
      if (key === undefined) throw new Error("an insert returned no row");
      return key;
    },
    async read(runKey, { watermark, dataHash, users, movies, interactions }) {
      await pool.query(
        `update training_runs set watermark = $2, data_hash = $3, users = $4, movies = $5, interactions = $6
         where run_key = $1`,
        [runKey, watermark, dataHash, users, movies, interactions],
      );
    },
    ...endingsIn(pool),
    list: (limit) => select("order by run_key desc limit $1", [limit]),
    find: async (runKey) => (await select("where run_key = $1", [runKey]))[0],
    followed: async () => (await select(FOLLOWED, []))[0],
  };
}

function endingsIn(
  pool: Database["pool"],
): Pick<TrainingRunRepository, "succeed" | "endAll" | "fail"> {
  return {
    async succeed(runKey, { parameters, durations, metrics, bytes, bundleId }) {
      const documents = [parameters, durations, metrics].map((value) => JSON.stringify(value));
      await pool.query(
        `update training_runs set state = 'succeeded', finished_at = now(), parameters = $2, durations = $3,
           metrics = $4, bytes = $5, bundle_id = $6
         where run_key = $1 and state = 'running'`,
        [runKey, ...documents, bytes, bundleId],
      );
    },
    async endAll() {
      await pool.query(
        `update training_runs set state = 'failed', finished_at = now(),
           failure = 'interrupted: its process ended without a word'
         where state = 'running'`,
      );
    },
    async fail(runKey, failure) {
      await pool.query(
        `update training_runs set state = 'failed', finished_at = now(), failure = $2
         where run_key = $1 and state = 'running'`,
        [runKey, failure],
      );
    },
  };
}
