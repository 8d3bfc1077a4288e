import type { ClusterFile } from "@canarec/local-cluster/cluster-file";
import { messageOf } from "@canarec/service-kit/errors";
import { z } from "zod";
import { type Finding, ok, problem, warning } from "./finding.ts";
import { judgeClock } from "./judge.ts";

const TIMEOUT_MS = 3_000;

/** A time in whole seconds is half a second behind on average. */
const HALF_A_SECOND_MS = 500;

const Readiness = z.object({
  ready: z.boolean(),
  reason: z.string().optional(),
  degraded: z.string().optional(),
});

/** Postgres, Kafka and Chroma are asked in their own ways. */
const SERVERS = ["postgres", "kafka", "chroma"];

/** Whether each service of a running cluster is ready, and what its clock says. */
export async function examineServices(cluster: ClusterFile): Promise<readonly Finding[]> {
  const services = Object.entries(cluster.services).filter(([name]) => !SERVERS.includes(name));
  const found = await Promise.all(
    services.map(([name, { url, readyUrl }]) => {
      const asked = readyUrl ?? (url === undefined ? undefined : new URL("/readyz", url).href);
      return asked === undefined ? Promise.resolve([]) : examineService(name, asked);
    }),
  );
  return found.flat();
}

async function examineService(name: string, readyUrl: string): Promise<readonly Finding[]> {
  const todo = `its log, ${name}.log in the home's logs/, says more`;
  const check = `service ${name}`;
  const askedAt = Date.now();
  try {
    const response = await fetch(readyUrl, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const between = (askedAt + Date.now()) / 2; // the answer was made somewhere between
    const clock = clockOf(name, response.headers.get("date"), between);
    const readiness = Readiness.safeParse(await response.json().catch(() => undefined)).data;
    if (readiness === undefined) return [judgeStatus(check, response.status, todo), ...clock];
    if (!readiness.ready) return [problem(check, readiness.reason ?? "not ready", todo), ...clock];
    if (readiness.degraded !== undefined) {
      return [warning(check, `ready, but ${readiness.degraded}`, todo), ...clock];
    }
    return [ok(check, "ready"), ...clock];
  } catch (failure) {
    return [problem(check, `does not answer: ${messageOf(failure)}`, todo)];
  }
}

/** Of those who say no more than that, as Prometheus. */
function judgeStatus(check: string, status: number, todo: string): Finding {
  return status === 200 ? ok(check, "ready") : problem(check, `answers with ${status}`, todo);
}

/** Only what is wrong with it: a line a service that all is well would be noise. */
function clockOf(name: string, date: string | null, nowMs: number): readonly Finding[] {
  if (date === null) return [];
  const ahead = Date.parse(date) + HALF_A_SECOND_MS - nowMs;
  const finding = judgeClock(`clock of ${name}`, ahead);
  return finding.state === "ok" ? [] : [finding];
}
