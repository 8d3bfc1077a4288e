import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import { type EndedCommand, lastWords } from "./ended-command.ts";

/** The command of a build that makes its bundle, and how long it may take. */
export const BUNDLE_COMMAND = ["cli/bin/canarec.mjs", "bundle", "build", "--json"] as const;
export const BUNDLE_LIMIT_MS = 600_000;

const Report = z.object({ bundleId: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * The bundle's id, from what the command wrote.
 *
 * @throws ServiceError "unavailable" where it could not make its bundle, with the last it said.
 */
export function bundleIdFrom({ exitCode, stdout, stderr }: EndedCommand): string {
  try {
    if (exitCode === 0) return Report.parse(JSON.parse(stdout)).bundleId;
  } catch (cause) {
    throw bundleFailure(stderr, cause);
  }
  throw bundleFailure(stderr, undefined);
}

function bundleFailure(said: string, cause: unknown): ServiceError {
  const message = `its bundle could not be built: ${lastWords(said)}`;
  return new ServiceError("unavailable", message, { cause });
}
