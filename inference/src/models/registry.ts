import { content } from "./content.ts";
import { ials } from "./ials/ials.ts";
import { itemKnn } from "./item-knn.ts";
import { ease } from "./ease/ease.ts";
import type { Model, ModelName } from "./model.ts";
import { popularity } from "./popularity.ts";
import { rp3beta } from "./rp3beta.ts";
import { transitions } from "./transitions.ts";

/** Every model that there is, by name. Configs are theirs: take `defaults` and change what is to differ. */
export const MODELS: Readonly<Partial<Record<ModelName, Model>>> = {
  popularity,
  content,
  item_knn: itemKnn,
  rp3beta,
  transitions,
  ease,
  ials,
};
