import {
  type ModelChoice,
  type TrainingRun,
  createTrainingRunRepository,
} from "@canarec/db-utils/training/run-repository";
import { messageOf } from "@canarec/service-kit/errors";
import { withoutPasswords } from "@canarec/service-kit/logging";
import {
  type TrainedBundle,
  type TrainingProgress,
  type TrainingRequest,
  trainBundle,
} from "./train-bundle.ts";
import { type TurnOptions, openTrainingTurn } from "./training-turn.ts";

export type RecordedTraining = TrainedBundle & { readonly run: number };

/** Whose code trains, and whose choice its models were. */
export interface TrainedBy extends Pick<TrainingRun, "code"> {
  readonly choice: ModelChoice;
}

/**
 * trainBundle, once no other training runs on the database, with a row of the diary: begun, what was read, and how it ended.
 *
 * @throws ServiceError as trainBundle does.
 */
export async function recordedTraining(
  request: TrainingRequest,
  options: Omit<TrainingProgress, "hasRead"> & TurnOptions,
  { code, choice }: TrainedBy,
): Promise<RecordedTraining> {
  const runs = createTrainingRunRepository(request.database);
  await using _ = await openTrainingTurn(request.database, options);
  // Nobody else has the turn: a run without an end was cut off with its process.
  await runs.endAll();
  const { seed, since } = request;
  const run = await runs.begin({ code, seed, since });
  try {
    const trained = await trainBundle(request, {
      ...options,
      hasRead: async ({ contents, data: { from } }) => {
        await runs.read(run, {
          watermark: contents.watermark,
          dataHash: from.sha256,
          users: from.users,
          movies: contents.catalogue.length,
          interactions: from.interactions,
        });
      },
    });
    const { learned, bundleId, bytes } = trained;
    const models = learned.models.map(({ name, config }) => [name, config] as const);
    await runs.succeed(run, {
      parameters: { models: Object.fromEntries(models), blend: learned.blend, choice },
      durations: trained.seconds,
      metrics: trained.metrics,
      bytes,
      bundleId,
    });
    return { run, ...trained };
  } catch (failure) {
    const why = options.signal.aborted ? "interrupted" : withoutPasswords(messageOf(failure));
    await runs.fail(run, why);
    throw failure;
  }
}
