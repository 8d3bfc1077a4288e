import {
  type ModelFolder,
  locateModel,
  modelSource,
} from "@canarec/inference/embedding/model-folder";
import type { Servers } from "../find-servers.ts";

/**
 * The MiniLM that MINILM_PATH names, or the shipped one.
 *
 * @throws ServiceError when it is not there or not whole.
 */
export function openModel({ minilmPath, home }: Servers): Promise<ModelFolder> {
  return locateModel(modelSource(minilmPath, home));
}
