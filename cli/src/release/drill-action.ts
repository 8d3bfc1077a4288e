import { setTimeout as sleep } from "node:timers/promises";
import { FAULTS, type Fault, commitFaultyBuild } from "@canarec/load-balancer/drills/faulty-build";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { type ControlApi, ReleaseReport, actor, controlApi } from "./control-api.ts";

const POLL_MS = 250;

/** States in which users may be exposed, and those in which a release is taken back. */
const SERVING = ["ramping", "evaluating", "extending", "promoting", "promoted"];
const TAKEN_BACK = ["rolling-back", "rolled-back", "failed-to-start", "aborted"];
const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];

export interface DrillOptions extends CommonOptions {
  readonly plan: string;
  readonly minutes: number;
}

/** What came of a drill. */
export interface DrillReport {
  readonly fault: Fault;
  readonly releaseId: number;
  readonly commit: string;
  readonly caught: boolean;
  /** How it ended, and why. */
  readonly state: string;
  readonly reason: string;
  /** From the decision that gave it its first users to the one that took them away; null: it never had any. */
  readonly secondsWithUsers: number | null;
}

const Status = z.object({
  main: z.object({ releaseId: z.number(), code: z.string(), bundleId: z.string().nullable() }),
});

/**
 * `canarec release drill FAULT`: release a version of main that is bad on purpose, and see how long it takes
 * until that is noticed.
 *
 * @throws ServiceError `failed_precondition` where it was not: it is aborted then.
 */
export async function drillAction(
  context: CliContext,
  fault: string,
  options: DrillOptions,
): Promise<void> {
  const kind = faultOf(fault);
  const api = controlApi(context, options);
  const { main } = Status.parse(await api.get("/status"));
  const source = { repository: api.servers.releaseRepository(), env: context.env };
  const commit = await commitFaultyBuild(source, main.code, kind);
  const answer = await api.post("/releases", {
    ...{ ref: commit, bundle: main.bundleId ?? undefined, plan: options.plan },
    ...{ source: "drill", actor: actor() },
  });
  const { releaseId } = z.object({ releaseId: z.number() }).parse(answer);
  context.terminal.err(
    `canarec: release ${releaseId} is a build that ${FAULTS[kind]}; it goes on if this command is ended: ` +
      `canarec release abort ${releaseId} --reason …\n`,
  );
  const ended = await follow(api, releaseId, { context, minutes: options.minutes });
  const report = reportOf(ended, kind);
  if (!report.caught) {
    const after = options.minutes === 1 ? "a minute" : `${options.minutes} minutes`;
    throw new ServiceError(
      "failed_precondition",
      `release ${releaseId}, a build that ${FAULTS[kind]}, was not caught within ${after} of serving users; it is aborted`,
    );
  }
  printResult(context, options, report, inWords);
}

function faultOf(text: string): Fault {
  const known = Object.keys(FAULTS);
  if (known.includes(text)) return text as Fault;
  throw new ServiceError("invalid_argument", `there is no drill ${text}: ${known.join(", ")}`);
}

/** Wait until it is over; abort it when it has had its time. */
async function follow(
  api: ControlApi,
  releaseId: number,
  { context, minutes }: { readonly context: CliContext; readonly minutes: number },
): Promise<ReleaseReport> {
  let aborted = false;
  for (;;) {
    const report = ReleaseReport.parse(await api.get(`/releases/${releaseId}`));
    if (OVER.includes(report.rollout.state)) return report;
    const since = firstOf(report, SERVING)?.at;
    const isLate = since !== undefined && Date.now() - Date.parse(since) > minutes * 60_000;
    if (isLate && !aborted && !TAKEN_BACK.includes(report.rollout.state)) {
      const body = { actor: actor(), reason: NOT_CAUGHT };
      aborted = await api.post(`/releases/${releaseId}/abort`, body).then(
        () => true,
        () => false, // it may just have been taken back
      );
    }
    await sleep(POLL_MS, undefined, { signal: context.signal });
  }
}

const NOT_CAUGHT = "a drill that nobody caught";

function reportOf(report: ReleaseReport, fault: Fault): DrillReport {
  const { release, rollout } = report;
  const [served, taken] = [firstOf(report, SERVING), firstOf(report, TAKEN_BACK)];
  return {
    fault,
    releaseId: release.releaseId,
    commit: release.code,
    caught: taken !== undefined && rollout.state !== "aborted",
    state: rollout.state,
    reason: taken?.reason ?? "",
    secondsWithUsers:
      served === undefined || taken === undefined
        ? null
        : (Date.parse(taken.at) - Date.parse(served.at)) / 1_000,
  };
}

function firstOf({ transitions }: ReleaseReport, states: readonly string[]) {
  return transitions.find(({ toState }) => states.includes(toState));
}

function inWords({ fault, releaseId, state, reason, secondsWithUsers }: DrillReport): string {
  const time =
    secondsWithUsers === null
      ? "before any user was on it"
      : `${secondsWithUsers.toFixed(1)} s after it had got its first users`;
  return [
    `A build that ${FAULTS[fault]}: caught ${time}.`,
    `Release ${releaseId} is ${state}: ${reason}`,
    `Look: canarec release explain ${releaseId}`,
  ].join("\n");
}
