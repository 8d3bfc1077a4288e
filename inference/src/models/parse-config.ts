import { ServiceError } from "@canarec/service-kit/errors";
import type { z } from "zod";
import type { ModelName } from "./model.ts";

/**
 * A model's config, checked.
 *
 * @throws ServiceError "invalid_argument" that names every parameter at fault.
 */
export function parseConfig<Config>(
  model: ModelName,
  schema: z.ZodType<Config>,
  config: unknown,
): Config {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new ServiceError("invalid_argument", `config of ${model}: ${faults.join("; ")}`);
}
