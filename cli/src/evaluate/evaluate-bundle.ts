import { genreDistance } from "@canarec/inference/evaluation/catalogue-metrics";
import type { EvaluateOptions } from "@canarec/inference/evaluation/evaluate";
import type { Split } from "@canarec/inference/evaluation/split";
import { temporalSplit } from "@canarec/inference/evaluation/temporal-split";
import type { MovieFacts } from "@canarec/inference/evaluation/slices";
import { type Contender, askContestants } from "@canarec/inference/training/evaluate-models";
import { readTrainingInput } from "@canarec/inference/training/read-training-input";
import { decodeBundle } from "@canarec/inference/bundle/codec/index";
import { postgresBundles } from "@canarec/inference/bundle/postgres-source";
import { ServiceError } from "@canarec/service-kit/errors";
import { showBundle } from "@canarec/vectordb-scripts/bundle/read-bundles";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { withDatabase } from "../with-database.ts";

/** A bundle's models on what users did after it was trained. */
export interface EvaluatedBundle {
  readonly name: string;
  readonly split: Split;
  readonly facts: MovieFacts;
  readonly contenders: readonly Contender[];
}

/**
 * Evaluate a bundle's models and blend on the interactions after those it was trained on: all else it may
 * have learned by heart.
 *
 * @param id of the bundle, the beginning of it, or `newest`.
 * @throws ServiceError "failed_precondition" for a bundle without models, or when nobody whom it knows has liked
 *   anything since; "not_found", "data_loss" as reading a bundle does.
 */
export async function evaluateBundle(
  context: CliContext,
  options: CommonOptions & { readonly bundle: string },
  wanted: EvaluateOptions & { readonly likedFrom: number },
): Promise<EvaluatedBundle> {
  return withDatabase(context, options, async (database) => {
    const { bundleId } = await showBundle(database, options.bundle);
    const stored = await postgresBundles(database).read(bundleId);
    const contents = decodeBundle(bundleId, stored?.manifest, stored?.artifacts ?? new Map());
    const { learned, catalogue } = contents;
    if (typeof learned?.from.until !== "string") {
      const message = `bundle ${bundleId.slice(0, 12)} has no models that were trained`;
      throw new ServiceError("failed_precondition", message);
    }
    const period = { since: null, until: null };
    const { data } = await database.transaction(
      ({ client }) => readTrainingInput(client, catalogue, { rule: learned.preference, period }),
      { isolation: "repeatable read" },
    );
    const cutAt = Date.parse(learned.from.until) + 1;
    const split = temporalSplit(data.interactions, { likedFrom: wanted.likedFrom, cutAt });
    const genres = catalogue.map((movie) => movie.genres);
    const distance = genreDistance(genres);
    return {
      name: `bundle ${bundleId.slice(0, 12)}`,
      split,
      facts: { genres, years: catalogue.map(({ year }) => year ?? undefined) },
      contenders: await askContestants(learned, split, { ...wanted, distance }),
    };
  });
}
