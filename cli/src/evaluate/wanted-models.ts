import type { ModelName } from "@canarec/inference/models/model";
import { type ModelPlan, planModels } from "@canarec/inference/training/model-plan";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { CliContext } from "../cli-context.ts";
import { readJsonFile } from "../read-json-file.ts";
import type { EvaluateCommandOptions } from "./command-options.ts";

/** What is to be fitted. */
export interface WantedModels {
  readonly plans: readonly ModelPlan[];
  readonly withBlend: boolean;
}

/**
 * The models that a command line names, or all and their blend.
 *
 * @param usual parameters that differ from the defaults where the command line names no file of them.
 * @throws ServiceError "invalid_argument" for a model or parameter that there is not, or a file that cannot be read.
 */
export function wantedModels(
  context: CliContext,
  { models = ["blend"], config }: Pick<EvaluateCommandOptions, "models" | "config">,
  usual: Readonly<Partial<Record<ModelName, object>>> = {},
): WantedModels {
  const configs = config === undefined ? usual : readConfigs(context, config);
  const names = models.filter((name) => name !== "blend");
  return { plans: planModels(names, configs), withBlend: models.includes("blend") };
}

const Configs = z.record(z.string(), z.looseObject({}));

function readConfigs(context: CliContext, file: string): Record<string, object> {
  const { data } = Configs.safeParse(readJsonFile(context, file));
  if (data !== undefined) return data;
  throw new ServiceError("invalid_argument", `${file} is no object of parameters by model`);
}
