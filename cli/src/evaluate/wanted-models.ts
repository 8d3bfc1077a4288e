import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ModelName } from "@canarec/inference/models/model";
import { type ModelPlan, planModels } from "@canarec/inference/training/model-plan";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext } from "../cli-context.ts";
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
 * @throws ServiceError "invalid_argument" for a model or parameter that there is not, or a file that is no JSON.
 */
export async function wantedModels(
  context: CliContext,
  { models = ["blend"], config }: Pick<EvaluateCommandOptions, "models" | "config">,
  usual: Readonly<Partial<Record<ModelName, object>>> = {},
): Promise<WantedModels> {
  const configs = config === undefined ? usual : await readConfigs(context, config);
  const names = models.filter((name) => name !== "blend");
  return { plans: planModels(names, configs), withBlend: models.includes("blend") };
}

async function readConfigs(context: CliContext, file: string): Promise<Record<string, object>> {
  const value = parsed(file, await readFile(path.resolve(context.folder, file), "utf8"));
  if (isObject(value) && Object.values(value).every(isObject)) return { ...value };
  throw new ServiceError("invalid_argument", `${file} is no object of parameters by model`);
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServiceError("invalid_argument", `${file} is no JSON`, { cause });
  }
}

function isObject(value: unknown): value is Record<string, object> {
  return typeof value === "object" && value !== null;
}
