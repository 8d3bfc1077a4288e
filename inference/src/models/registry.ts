import type { Model, ModelName } from "./model.ts";
import { popularity } from "./popularity.ts";

/** Every model that there is, by name. Configs are theirs: take `defaults` and change what is to differ. */
export const MODELS: Readonly<Partial<Record<ModelName, Model>>> = { popularity };
