import { type BuildRequest, BuildReply } from "@canarec/load-balancer/workers/worker-build";
import { ServiceError } from "@canarec/service-kit/errors";
import type { ReleasableParts } from "./releasable-service.ts";

/** For as many workers as there may be, one after the other, each with the time that it has to begin. */
const LIMIT_MS = 600_000;

/**
 * The load balancer's parent keeps the socket, and lets workers of the folder take it.
 *
 * @throws ServiceError `unavailable` with why they do not serve: those before them do.
 */
export async function replaceWorkers(
  { kept }: Pick<ReleasableParts, "kept">,
  folder: string,
): Promise<void> {
  const request: BuildRequest = { say: "build", folder };
  const { refused } = BuildReply.parse(await kept.current().ask(request, LIMIT_MS));
  if (refused !== undefined) throw new ServiceError("unavailable", refused);
}
