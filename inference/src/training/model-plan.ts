import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { LearnedModel } from "../bundle/codec/contents.ts";
import type { Model, ModelName } from "../models/model.ts";
import { MODELS } from "../models/registry.ts";

/** A model that is to be fitted, with every parameter. */
export interface ModelPlan {
  readonly name: ModelName;
  readonly config: LearnedModel["config"];
}

/**
 * The models of that name with their defaults, or with what is given for some of their parameters.
 *
 * @param names none: all there are.
 * @throws ServiceError "invalid_argument" for a model or a parameter that there is not.
 */
export function planModels(
  names: readonly string[],
  configs: Readonly<Partial<Record<ModelName, object>>> = {},
): ModelPlan[] {
  const known = Object.values(MODELS);
  const wanted = names.length === 0 ? known : names.map(modelOf);
  const distinct = known.filter((model) => wanted.includes(model));
  return distinct.map((model) => ({
    name: model.name,
    config: configWith(model, configs[model.name] ?? {}),
  }));
}

/** @throws ServiceError "invalid_argument" for a name that is no model's. */
export function modelOf(name: string): Model {
  const model = Object.values(MODELS).find((one) => one.name === name);
  if (model !== undefined) return model;
  const names = Object.keys(MODELS).join(", ");
  throw new ServiceError(
    "invalid_argument",
    `no model ${JSON.stringify(name)}: there are ${names}`,
  );
}

function configWith({ name, defaults }: Model, given: object): ModelPlan["config"] {
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(defaults, key));
  if (unknown !== undefined) {
    throw new ServiceError("invalid_argument", `${name} has no parameter ${unknown}`);
  }
  return { ...defaults, ...given };
}

const StoredParameters = z.object({
  models: z.record(z.string(), z.record(z.string(), z.json())),
});

/**
 * Plans of the models that a run of training had, with its parameters, as far as this code has them: code that is older or
 * newer may lack some. Undefined where none is left, or what is stored is no such thing.
 */
export function plansLike(parameters: unknown): ModelPlan[] | undefined {
  const stored = StoredParameters.safeParse(parameters);
  if (!stored.success) return undefined;
  const plans = Object.values(MODELS).flatMap((model): ModelPlan[] => {
    const given = stored.data.models[model.name];
    if (given === undefined) return [];
    const known = Object.entries(given).filter(([key]) => Object.hasOwn(model.defaults, key));
    return [{ name: model.name, config: configWith(model, Object.fromEntries(known)) }];
  });
  return plans.length === 0 ? undefined : plans;
}
