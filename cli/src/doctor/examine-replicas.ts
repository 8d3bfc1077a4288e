import type { Database } from "@canarec/db-utils/database";
import { createControlRepository } from "@canarec/db-utils/releases/control-repository";
import { type Finding, ok, problem } from "./finding.ts";

const TIMEOUT_MS = 5_000;

/** Whether each replica that is ready, by the record, gives any answer at all. None at all is the services' finding. */
export async function examineReplicas(database: Database): Promise<readonly Finding[]> {
  const rows = await createControlRepository(database).replicas();
  const ready = rows.filter(({ state, url }) => state === "ready" && url !== null);
  if (ready.length === 0) return [];
  const asked = await Promise.all(
    ready.map(async ({ name, url }) => ({ name, answered: await answers(url ?? "") })),
  );
  const silent = asked.filter(({ answered }) => !answered);
  if (silent.length === 0) return [ok("replicas", `all ${ready.length} answer`)];
  return silent.map(({ name }) =>
    problem(
      `replica ${name}`,
      `gives no answer within ${TIMEOUT_MS / 1_000} s`,
      "the control plane replaces it after 30 s (REPLICA_HANG_SECONDS); if not: control-plane.log, canarec release status",
    ),
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL("/healthz", url), {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
