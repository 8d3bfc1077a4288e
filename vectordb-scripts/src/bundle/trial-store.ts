import type { Database } from "@canarec/db-utils/database";
import { createTrainingTrialRepository } from "@canarec/db-utils/training/trial-repository";
import { TUNED_METRIC, type TrialStore } from "@canarec/inference/training/tune-models";

/** Trials in the database's table. */
export function databaseTrials(database: Pick<Database, "pool">): TrialStore {
  const trials = createTrainingTrialRepository(database);
  const group = (splitHash: string, model: string) => ({ splitHash, model, metric: TUNED_METRIC });
  return {
    find: async (splitHash, model, configHash) =>
      (await trials.list(group(splitHash, model))).get(configHash)?.score,
    add: (splitHash, model, configHash, trial) =>
      trials.add(group(splitHash, model), configHash, trial),
  };
}
