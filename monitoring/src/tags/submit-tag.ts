import { readFile } from "node:fs/promises";
import type { Queryable } from "@canarec/db-utils/queryable";
import { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { z } from "zod";
import { withinTime } from "@canarec/service-kit/time-limit";
import { forecastRelease } from "../judge/forecast-release.ts";
import { NO_WISH, wishOf } from "./tag-kinds.ts";

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
  | { readonly kind: "service-submitted"; readonly serviceReleaseId: number }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "later"; readonly reason: string };

const Plans = z.object({ plans: z.record(z.string(), ReleasePlan) });
const Created = z.object({ releaseId: z.int() });
const ServiceCreated = z.object({ serviceReleaseId: z.int() });
/** Of what becomes main without a judgement. */
const UNJUDGED_PLAN = "emergency";
const Problem = z.object({ message: z.string() });

interface Surroundings {
  readonly client: Queryable;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * Submit what a tag asks for: a service's build; a build of the recommender as `canarec release submit` does, not where the
 * traffic cannot show the plan's margin; or one that shall be main, which the offline gate alone is asked about.
 */
export async function submitTag(
  submission: TagSubmission,
  control: ControlAccess,
  surroundings: Surroundings,
): Promise<Submitted> {
  const { tag, ref } = submission;
  const wish = wishOf(tag);
  if (wish === undefined) return { kind: "refused", reason: NO_WISH };
  const common = { ref, tag, source: "tag", actor: `tag ${tag}` };
  if (wish.kind === "service") {
    const body = { ...common, service: wish.service };
    return post(control, "/service-releases", { body, signal: surroundings.signal });
  }
  if (!wish.judged) {
    const body = { ...common, plan: UNJUDGED_PLAN, emergency: true };
    return post(control, "/releases", { body, signal: surroundings.signal });
  }
  return submitJudged(submission, common, { control, ...surroundings });
}

async function submitJudged(
  { plan: name }: TagSubmission,
  common: object,
  { control, client, now, signal }: Surroundings & { readonly control: ControlAccess },
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
  return post(control, "/releases", { body: { ...common, plan: name, expectation }, signal });
}

async function post(
  control: ControlAccess,
  path: "/releases" | "/service-releases",
  request: { readonly body: object; readonly signal: AbortSignal },
): Promise<Submitted> {
  const response = await call(control, path, request);
  const answer: unknown = await response.json();
  if (response.ok) {
    return path === "/releases"
      ? { kind: "submitted", ...Created.parse(answer) }
      : { kind: "service-submitted", ...ServiceCreated.parse(answer) };
  }
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
    signal: withinTime(signal, LIMIT_MS),
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
