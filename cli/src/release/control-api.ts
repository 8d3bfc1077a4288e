import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { GateReport } from "@canarec/inference/contract/gate-report";
import { ServiceError } from "@canarec/service-kit/errors";
import { withinTime } from "@canarec/service-kit/time-limit";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { type Servers, findServers } from "../find-servers.ts";

const LIMIT_MS = 30_000;

const Problem = z.object({ message: z.string() });

/** A replica; a control plane of an older commit does not say since when it runs. */
export const ReplicaView = z.object({
  name: z.string(),
  url: z.string(),
  ready: z.boolean(),
  startedAt: z.string().nullable().default(null),
});
export type ReplicaView = z.output<typeof ReplicaView>;

/** Which state a release is in, and how it came there. */
export const ReleaseReport = z.object({
  release: z.object({
    releaseId: z.number(),
    ref: z.string(),
    code: z.string(),
    bundleId: z.string().nullable(),
    planHash: z.string(),
    plan: z.looseObject({ name: z.string() }),
    actor: z.string(),
  }),
  rollout: z.looseObject({ state: z.string(), step: z.number(), window: z.number() }),
  transitions: z.array(
    z.object({
      at: z.string(),
      toState: z.string(),
      toStep: z.number(),
      actor: z.string(),
      reason: z.string(),
    }),
  ),
  verdict: z
    .object({
      at: z.string(),
      row: z.number(),
      kind: z.string(),
      action: z.string(),
      reason: z.string(),
    })
    .nullable(),
  /** What the offline gate said; null where it has not been asked. */
  gate: z
    .object({
      at: z.string(),
      verdict: z.string(),
      actor: z.string(),
      reason: z.string(),
      report: GateReport.nullable().catch(null), // of a newer shape
    })
    .nullable()
    .default(null),
  replicas: z.array(ReplicaView),
});
export type ReleaseReport = z.output<typeof ReleaseReport>;

export interface ControlApi {
  readonly servers: Servers;
  get(path: string): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  delete(path: string, body: unknown): Promise<unknown>;
}

/** The control plane of the cluster, with the token that lies in its home. */
export function controlApi(context: CliContext, options: CommonOptions): ControlApi {
  const servers = findServers(context, options);
  const url = servers.controlUrl();
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(new URL(path, url), {
      method,
      signal: withinTime(context.signal, LIMIT_MS),
      headers: {
        authorization: `Bearer ${tokenOf(tokenFileOf(servers))}`,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const problem = Problem.safeParse(answer).data?.message ?? `status ${response.status}`;
    throw new ServiceError(response.status === 404 ? "not_found" : "failed_precondition", problem);
  };
  return {
    servers,
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    delete: (path, body) => call("DELETE", path, body),
  };
}

const Code = z.object({ code: z.string().nullable(), problem: z.string().default("") });

/**
 * That there is such a commit. A control plane of a commit that cannot tell is asked by the submission itself.
 *
 * @throws ServiceError "not_found".
 */
export async function requireCode(api: ControlApi, ref: string): Promise<void> {
  const answer = await api
    .get(`/code?${new URLSearchParams({ ref }).toString()}`)
    .catch(unknownPath);
  if (answer === undefined) return;
  const { code, problem } = Code.parse(answer);
  if (code === null) throw new ServiceError("not_found", problem);
}

function unknownPath(failure: unknown): undefined {
  if (failure instanceof ServiceError && failure.code === "not_found") return undefined;
  throw failure;
}

/** Where the token of the control plane's API is. */
export function tokenFileOf({ config, home }: Pick<Servers, "config" | "home">): string {
  return config.controlTokenFile ?? join(home, "control-token");
}

/** Who asks, for the record. */
export function actor(): string {
  return userInfo().username;
}

function tokenOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new ServiceError("unauthenticated", `${file} cannot be read`, { cause });
  }
}
