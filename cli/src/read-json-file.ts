import { readFileSync } from "node:fs";
import path from "node:path";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import type { CliContext } from "./cli-context.ts";

/**
 * What a JSON file of the command line holds.
 *
 * @param file relative to where the command runs.
 * @throws ServiceError "invalid_argument" for a file that cannot be read, or is no JSON.
 */
export function readJsonFile({ folder }: Pick<CliContext, "folder">, file: string): unknown {
  const text = textOf(path.resolve(folder, file));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServiceError("invalid_argument", `${file} is no JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unusablePath(file, cause);
  }
}
