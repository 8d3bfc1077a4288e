import type { Database } from "@canarec/db-utils/database";
import {
  type StoredExposure,
  exposuresWrittenTo,
  findExposure,
  findSnapshot,
} from "@canarec/db-utils/trace/request-trace";
import { RoutingSnapshot } from "@canarec/load-balancer/contract/routing-snapshot";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { withDatabase } from "../with-database.ts";

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** What decided which track the user was assigned to. */
interface Routing {
  readonly version: number;
  readonly nightlyWeight: number;
  readonly releaseId: number | null;
}

/** What `canarec trace` tells. */
export interface Trace {
  readonly exposure: StoredExposure;
  /** Null where the snapshot is no longer kept. */
  readonly routing: Routing | null;
}

/**
 * `canarec trace`
 *
 * @throws ServiceError `invalid_argument` for what is no request id, `not_found` for one of which nothing is written, with
 * the time up to which answers are.
 */
export async function traceAction(
  context: CliContext,
  requestId: string,
  options: CommonOptions,
): Promise<void> {
  if (!REQUEST_ID.test(requestId)) {
    throw new ServiceError(
      "invalid_argument",
      "a request id has 1 to 128 letters, digits and . : _ -",
    );
  }
  const trace = await withDatabase(context, options, (database, { config }) =>
    traceOf(database, requestId, config.exposureTopic),
  );
  printResult(context, options, trace, inWords);
}

async function traceOf({ pool }: Database, requestId: string, topic: string): Promise<Trace> {
  const exposure = await findExposure(pool, requestId);
  if (exposure === undefined) {
    const writtenTo = await exposuresWrittenTo(pool, topic);
    const upTo =
      writtenTo === null
        ? "no answer has been written yet"
        : `answers are written up to ${writtenTo.toISOString()}: a later one is not there yet, ask again in a moment`;
    throw new ServiceError(
      "not_found",
      `no answer has the request id ${requestId}: ${upTo}; those of more than 14 days ago are gone`,
    );
  }
  const { snapshotVersion } = exposure;
  const stored = snapshotVersion === null ? undefined : await findSnapshot(pool, snapshotVersion);
  const snapshot = RoutingSnapshot.safeParse(stored).data;
  if (snapshot === undefined) return { exposure, routing: null };
  const { version, nightlyWeight, releaseId } = snapshot;
  return { exposure, routing: { version, nightlyWeight, releaseId } };
}

function inWords({ exposure, routing }: Trace): string {
  const { requestId, userId, answeredAt, status, latencyUs, assigned, served, reason } = exposure;
  const how = exposure.pinned ? "pinned by an operator" : "by the hash of the id";
  const weight =
    routing === null ? "" : `, nightly's weight being ${routing.nightlyWeight * 100} %`;
  const release =
    exposure.releaseId === null
      ? "no release was under way"
      : `release ${exposure.releaseId}, step ${exposure.step ?? 0}`;
  return [
    `Request ${requestId} of user ${userId}: status ${status} at ${answeredAt.toISOString()}, ${(latencyUs / 1_000).toFixed(1)} ms to the last byte.`,
    `Assigned to ${assigned} (${how}${weight}; routing ${exposure.snapshotVersion ?? "unknown"}, ${release}).`,
    `Served by ${served === "none" ? "the load balancer itself" : served} (${reason}): replica ${exposure.replica ?? "none"}, build ${exposure.build ?? "none"}, bundle ${exposure.bundle ?? "none"}.`,
    "",
    table(
      ["attempt", "replica", "ms", "status", "error"],
      exposure.attempts.map(({ replica, ms, status: of, error }, index) => [
        ...[String(index + 1), replica, ms.toFixed(1), of === null ? null : String(of)],
        error ?? null,
      ]),
    ),
    "",
    exposure.list.length === 0
      ? "It had no list."
      : `Exposure: ${exposure.list.length} movies, ${exposure.personalised ? "" : "not "}personalised: ${exposure.list.join(", ")}`,
  ].join("\n");
}
