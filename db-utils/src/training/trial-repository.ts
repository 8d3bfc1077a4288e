import type { Database } from "../database.ts";

/** A config that was tried. */
export interface TrainingTrial {
  readonly config: unknown;
  /** Null where the model could not be fitted with it. */
  readonly score: number | null;
  readonly seconds: number;
  readonly failure: string | null;
}

/** What trials are compared within. */
export interface TrialGroup {
  /** sha256 of what was fitted and what it was tried on. */
  readonly splitHash: string;
  readonly model: string;
  /** The measure that is searched for. */
  readonly metric: string;
}

/** Configs that a search has tried, so that it can go on where it was broken off. */
export interface TrainingTrialRepository {
  /** By the hash of their config. */
  list(group: TrialGroup): Promise<Map<string, TrainingTrial>>;
  /** A config that is there already stays as it is. */
  add(group: TrialGroup, configHash: string, trial: TrainingTrial): Promise<void>;
}

export function createTrainingTrialRepository({
  pool,
}: Pick<Database, "pool">): TrainingTrialRepository {
  return {
    async list({ splitHash, model, metric }) {
      const { rows } = await pool.query<TrainingTrial & { hash: string }>(
        `select config_hash as hash, config, score, seconds, failure from training_trials
         where split_hash = $1 and model = $2 and metric = $3`,
        [splitHash, model, metric],
      );
      return new Map(rows.map(({ hash, ...trial }) => [hash, trial]));
    },
    async add({ splitHash, model, metric }, configHash, { config, score, seconds, failure }) {
      await pool.query(
        `insert into training_trials (split_hash, model, metric, config_hash, config, score, seconds, failure)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
        [splitHash, model, metric, configHash, JSON.stringify(config), score, seconds, failure],
      );
    },
  };
}
