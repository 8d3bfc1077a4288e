import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import { messageOf } from "@canarec/service-kit/errors";
import { withoutPasswords } from "@canarec/service-kit/logging";
import {
  type TrainedBundle,
  type TrainingProgress,
  type TrainingRequest,
  trainBundle,
} from "./train-bundle.ts";

export type RecordedTraining = TrainedBundle & { readonly run: number };

/**
 * trainBundle, with a row of the diary: begun, what was read, and how it ended.
 *
 * @param code commit of the code that trains, or `unknown`. @throws ServiceError as trainBundle does.
 */
export async function recordedTraining(
  request: TrainingRequest,
  options: Omit<TrainingProgress, "hasRead">,
  code: string,
): Promise<RecordedTraining> {
  const runs = createTrainingRunRepository(request.database);
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
      parameters: { models: Object.fromEntries(models), blend: learned.blend },
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
