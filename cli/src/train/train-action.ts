import { openProducts } from "@canarec/inference/training/open-products";
import { planModels } from "@canarec/inference/training/model-plan";
import { bundleModel } from "@canarec/vectordb-scripts/bundle/bundle-model";
import { recordedTraining } from "@canarec/vectordb-scripts/bundle/record-training";
import { openModel } from "../catalog/open-model.ts";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { withDatabase } from "../with-database.ts";
import { codeVersion } from "./code-version.ts";
import { showTraining } from "./show-training.ts";
import { type TrainReport, reportOf, trainingInWords } from "./train-report.ts";

interface Options extends CommonOptions {
  readonly models?: readonly string[];
  readonly since?: Date;
  /** Milliseconds of searching. */
  readonly tune?: number;
  readonly seed: number;
  readonly threads: number;
}

/** `canarec train` */
export async function trainAction(context: CliContext, options: Options): Promise<void> {
  const { seed, threads, since = null } = options;
  const plans = planModels(options.models ?? []);
  const choice = plans.length === planModels([]).length ? "all" : "chosen";
  const trained = await withDatabase(context, options, async (database, servers) => {
    const { streamTopic } = servers;
    const chromaUrl = servers.chromaUrl();
    const model = bundleModel(await openModel(servers));
    using shown = showTraining(context, options);
    await using products = openProducts(threads);
    return await recordedTraining(
      { database, chromaUrl, streamTopic, ...model, plans, seed, since, tuneMs: options.tune },
      {
        ...shown.hooks,
        products,
        signal: context.signal,
        nowMs: () => performance.now(),
      },
      { code: await codeVersion(), choice },
    );
  });
  printResult<TrainReport>(context, options, reportOf(trained), trainingInWords);
}
