import { readFile } from "node:fs/promises";
import type { Queryable } from "@canarec/db-utils/queryable";
import { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { z } from "zod";
import { forecastRelease } from "../judge/forecast-release.ts";

const LIMIT_MS = 30_000;

/** Of the control plane. */
export interface ControlAccess {
  readonly url: string;
  readonly tokenFile: string;
}

export interface TagSubmission {
  readonly tag: string;
  /** In the repository of the control plane. */
  readonly ref: string;
  readonly plan: string;
}

/** `later`: nobody could be asked. */
export type Submitted =
  | { readonly kind: "submitted"; readonly releaseId: number }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "later"; readonly reason: string };

const Plans = z.object({ plans: z.record(z.string(), ReleasePlan) });
const Created = z.object({ releaseId: z.int() });
const Problem = z.object({ message: z.string() });

/** Submit a release for a tag, as `canarec release submit` does: not where the traffic cannot show the plan's margin. */
export async function submitTag(
  { tag, ref, plan: name }: TagSubmission,
  control: ControlAccess,
  { client, now, signal }: { client: Queryable; now: Date; signal: AbortSignal },
): Promise<Submitted> {
  const { plans } = Plans.parse(await (await call(control, "/plans", { signal })).json());
  const plan = plans[name];
  if (plan === undefined) return { kind: "refused", reason: `there is no plan ${name}` };
  const forecast = await forecastRelease(client, plan, now);
  if (forecast.kind !== "no-data" && !forecast.canShowMargin) {
    const reason = `the traffic of the last 7 days cannot show the margin of the plan ${name}`;
    return { kind: "refused", reason };
  }
  const expectation =
    forecast.kind === "no-data"
      ? undefined
      : { users: forecast.users, information: forecast.information };
  const body = { ref, tag, plan: name, source: "tag", actor: `tag ${tag}`, expectation };
  const response = await call(control, "/releases", { signal, body });
  const answer: unknown = await response.json();
  if (response.ok) return { kind: "submitted", releaseId: Created.parse(answer).releaseId };
  const reason = Problem.safeParse(answer).data?.message ?? `status ${response.status}`;
  return { kind: response.status >= 500 ? "later" : "refused", reason };
}

async function call(
  { url, tokenFile }: ControlAccess,
  path: string,
  { signal, body }: { readonly signal: AbortSignal; readonly body?: unknown },
): Promise<Response> {
  const token = (await readFile(tokenFile, "utf8")).trim();
  return fetch(new URL(path, url), {
    method: body === undefined ? "GET" : "POST",
    signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
