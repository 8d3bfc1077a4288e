import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

/** The command of a build that makes its bundle, and how long it may take. */
export const BUNDLE_COMMAND = ["cli/bin/canarec.mjs", "bundle", "build", "--json"] as const;
export const BUNDLE_LIMIT_MS = 600_000;

/** Enough to see why, little enough for a record. */
const LAST_LINES = 5;

const Report = z.object({ bundleId: z.string().regex(/^[0-9a-f]{64}$/) });

/** The bundle's id, from what the command wrote. @throws where it wrote something else. */
export function bundleIdFrom(stdout: string): string {
  return Report.parse(JSON.parse(stdout)).bundleId;
}

/** That a build could not make its bundle, with the last it said. */
export function bundleFailure(said: string, cause: unknown): ServiceError {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-LAST_LINES);
  const words = lines.length === 0 ? "it said nothing" : lines.join("; ");
  return new ServiceError("unavailable", `its bundle could not be built: ${words}`, { cause });
}
