import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import { type TagRelease, TagRepository } from "@canarec/db-utils/releases/tag-repository";
import { resolveRef } from "@canarec/load-balancer/runtimes/repository";
import { fetchTag } from "@canarec/monitoring/tags/list-tags";
import { submitTag } from "@canarec/monitoring/tags/submit-tag";
import { wishOf } from "@canarec/monitoring/tags/tag-kinds";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import type { Servers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { withDatabase } from "../with-database.ts";
import { type ControlApi, ReleaseReport, controlApi, tokenFileOf } from "./control-api.ts";
import { gateView } from "./release-gate.ts";
import { serviceInWords, serviceOutcome } from "./service-actions.ts";

const WAIT_MS = 500;

/** Before its bundle is built and the gate has been asked. */
const NOT_YET_ACCEPTED = ["queued", "preparing"];
const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];

/** Of git, as the tag watch gives it. */
const FOR_GIT = ["PATH", "HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];

export interface TagOptions extends CommonOptions {
  readonly repository?: string;
  readonly plan: string;
  readonly wait?: boolean;
}

/**
 * `canarec release tag NAME`: what the watch of a repository's tags does, for one tag and at once. A tag that was
 * submitted before is not submitted again: its release is looked at.
 *
 * @throws ServiceError with why it was refused.
 */
export async function tagAction(
  context: CliContext,
  name: string,
  options: TagOptions,
): Promise<void> {
  const wish = wishOf(name);
  if (wish === undefined) {
    throw new ServiceError(
      "invalid_argument",
      `the tag ${name} asks for nothing: docs/releases.md`,
    );
  }
  const api = controlApi(context, options);
  const { releaseId, serviceReleaseId } = await withDatabase(
    context,
    options,
    (database, servers) => submitOnce(name, { context, options, database, servers }),
  );
  if (typeof serviceReleaseId === "number") {
    const report = await serviceOutcome(api, serviceReleaseId, context.signal);
    printResult(context, options, report, serviceInWords);
    return;
  }
  const wanted = options.wait === true ? over : accepted;
  const report = await untilState(api, releaseId ?? 0, { wanted, signal: context.signal });
  printResult(context, options, report, inWords);
}

interface Submitting {
  readonly context: CliContext;
  readonly options: TagOptions;
  readonly database: Database;
  readonly servers: Servers;
}

async function submitOnce(tag: string, submitting: Submitting): Promise<TagRelease> {
  const { context, options, database, servers } = submitting;
  const code = await commitOf(tag, submitting);
  const before = await new TagRepository(database, "").releaseOf({ tag, code });
  if (before !== undefined) return before;
  const control = { url: servers.controlUrl(), tokenFile: tokenFileOf(servers) };
  const surroundings = { client: database.pool, now: new Date(), signal: context.signal };
  const submitted = await submitTag({ tag, ref: code, plan: options.plan }, control, surroundings);
  if (submitted.kind === "submitted" || submitted.kind === "service-submitted") return submitted;
  throw new ServiceError(
    submitted.kind === "later" ? "unavailable" : "failed_precondition",
    `the tag ${tag} was not released: ${submitted.reason}`,
  );
}

/** In the repository that releases are of; brought there from another one. */
async function commitOf(tag: string, { context, options, servers }: Submitting): Promise<string> {
  const to = servers.releaseRepository();
  if (options.repository === undefined) return resolveRef(to, `refs/tags/${tag}`);
  const isAddress = /^[\w+.-]+:\/\/|^[^/]+@[^/]+:/.test(options.repository);
  const repository = isAddress ? options.repository : resolve(context.folder, options.repository);
  const env = Object.fromEntries(
    FOR_GIT.flatMap((name) => (context.env[name] === undefined ? [] : [[name, context.env[name]]])),
  ) as Record<string, string>;
  return resolveRef(to, await fetchTag(tag, to, { repository, env, signal: context.signal }));
}

interface Wanted {
  /** @returns whether to wait no longer. @throws ServiceError where it will never come. */
  readonly wanted: (report: ReleaseReport) => boolean;
  readonly signal: AbortSignal;
}

async function untilState(api: ControlApi, id: number, { wanted, signal }: Wanted) {
  for (;;) {
    const report = ReleaseReport.parse(await api.get(`/releases/${id}`));
    if (wanted(report)) return report;
    await sleep(WAIT_MS, undefined, { signal });
  }
}

/** Its bundle is there and the gate has not refused it: it is on its way to users. */
function accepted(report: ReleaseReport): boolean {
  const { state } = report.rollout;
  if (["failed-to-start", "aborted", "rolled-back"].includes(state)) throw endedAs(report);
  return !NOT_YET_ACCEPTED.includes(state);
}

function over(report: ReleaseReport): boolean {
  if (!OVER.includes(report.rollout.state)) return false;
  if (report.rollout.state !== "promoted") throw endedAs(report);
  return true;
}

function endedAs({ release, rollout, transitions }: ReleaseReport): ServiceError {
  const why = transitions.at(-1)?.reason ?? "";
  const message = `release ${release.releaseId} is ${rollout.state}: ${why}`;
  return new ServiceError("failed_precondition", message);
}

function inWords(report: ReleaseReport): string {
  const { release, rollout } = report;
  const id = release.releaseId;
  return [
    `Release ${id} (${release.code.slice(0, 12)}) is ${rollout.state}, by the plan ${release.plan.name}.`,
    `Bundle ${release.bundleId ?? "none"}`,
    ...gateView(report),
    `Look: canarec release status ${id} --watch`,
  ].join("\n");
}
