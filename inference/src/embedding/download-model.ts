import { AutoModel, AutoTokenizer, env } from "@xenova/transformers";
import { ServiceError } from "@canarec/service-kit/errors";
import { MODEL_NAME, type ModelSource } from "./model-folder.ts";

/**
 * Fetch the model from the hub into the source's cache folder, in the layout of a model folder.
 *
 * @throws ServiceError `unavailable` if it cannot be fetched.
 */
export async function downloadModel(source: Extract<ModelSource, { kind: "hub" }>): Promise<void> {
  env.allowLocalModels = false;
  env.allowRemoteModels = true;
  env.cacheDir = source.cacheFolder;
  if (source.url !== undefined) env.remoteHost = source.url;
  try {
    await AutoTokenizer.from_pretrained(MODEL_NAME);
    const model = await AutoModel.from_pretrained(MODEL_NAME, { quantized: true });
    await model.dispose();
  } catch (thrown) {
    throw new ServiceError(
      "unavailable",
      `cannot fetch ${MODEL_NAME} from ${env.remoteHost} (unset MINILM_PATH to use the shipped model)`,
      { cause: thrown },
    );
  }
}
