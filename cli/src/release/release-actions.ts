import { setTimeout as sleep } from "node:timers/promises";
import { RECORD_VERSION, type VerdictRecord } from "@canarec/monitoring/analysis/judge";
import { replayVerdict } from "@canarec/monitoring/analysis/replay";
import { ServiceError } from "@canarec/service-kit/errors";
import { findBundleId } from "@canarec/vectordb-scripts/bundle/read-bundles";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { readJsonFile } from "../read-json-file.ts";
import { withDatabase } from "../with-database.ts";
import {
  type ControlApi,
  ReleaseReport,
  ReplicaView,
  actor,
  controlApi,
  requireCode,
} from "./control-api.ts";
import { evidenceView } from "./evidence-view.ts";
import { gateView, submittedGate } from "./release-gate.ts";
import { expectationOf } from "./plan-action.ts";

/** States that somebody or something decided, as against those that merely follow. */
const DECIDED = [
  ...["queued", "preparing", "warming", "shadowing", "ramping", "evaluating", "extending"],
  ...["holding", "promoting", "rolling-back", "failed-to-start"],
];

/** States in which a release waits for nothing any more. */
const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];
const WATCH_MS = 2_000;
const WAIT_MS = 500;

export interface SubmitOptions extends CommonOptions {
  /** Absent: main's own code. */
  readonly ref?: string;
  readonly source: string;
  readonly bundle?: string;
  readonly plan?: string;
  readonly policy?: string;
  readonly emergency?: boolean;
  readonly force?: boolean;
  /** False with `--no-gate`. */
  readonly gate?: boolean;
  readonly supersede?: boolean;
  readonly wait?: boolean;
}

/** `canarec release submit` */
export async function submitAction(context: CliContext, asked: SubmitOptions): Promise<void> {
  const options = await withWholeBundleId(context, asked);
  const { bundle, policy, emergency, source } = options;
  const plan = options.plan ?? (emergency === true ? "emergency" : "standard");
  const api = controlApi(context, options);
  const ref = options.ref ?? (await mainCode(api));
  if (options.ref !== undefined) await requireCode(api, options.ref);
  const judged = emergency !== true;
  const expectation = judged ? await expectationOf(context, options) : undefined;
  const body = {
    ref,
    bundle,
    plan,
    policy,
    emergency,
    actor: actor(),
    source,
    expectation,
    gate: await submittedGate(context, options, api),
    queue: options.supersede === true ? "supersede" : undefined,
  };
  const answer = await api.post("/releases", body);
  const { releaseId } = z.object({ releaseId: z.number() }).parse(answer);
  await warnOfMain(releaseId, { context, options, api });
  if (options.wait === true) {
    await waitFor(releaseId, { context, options, api });
    return;
  }
  printResult(context, options, { releaseId }, () =>
    [`Release ${releaseId} is queued.`, `Look: canarec release status ${releaseId} --watch`].join(
      "\n",
    ),
  );
}

const WHOLE_ID = /^[0-9a-f]{64}$/;

/** With the id that the beginning of one, or `newest`, stands for; a whole one needs no database. */
async function withWholeBundleId(
  context: CliContext,
  options: SubmitOptions,
): Promise<SubmitOptions> {
  const { bundle } = options;
  if (bundle === undefined || WHOLE_ID.test(bundle)) return options;
  const found = await withDatabase(context, options, (database) => findBundleId(database, bundle));
  return { ...options, bundle: found };
}

const Main = z.object({
  releaseId: z.number(),
  code: z.string(),
  /** None from a control plane of an older commit. */
  members: z.array(ReplicaView).default([]),
});
type Main = z.output<typeof Main>;

const Status = z.object({
  main: Main.nullable(),
  underway: z.array(z.object({ releaseId: z.number(), state: z.string() })),
});

async function mainCode(api: ControlApi): Promise<string> {
  const { main } = Status.parse(await api.get("/status"));
  if (main === null)
    throw new ServiceError("failed_precondition", "there is no main yet: say --ref");
  return main.code;
}

/** Whoever has forgotten to commit would test main against itself. */
async function warnOfMain(releaseId: number, { context, options, api }: Waiting): Promise<void> {
  if (options.emergency === true || options.bundle !== undefined || options.ref === undefined)
    return;
  const [{ main }, { release }] = await Promise.all([
    api.get("/status").then((status) => Status.parse(status)),
    reportOf(api, releaseId),
  ]);
  if (main?.code !== release.code) return;
  context.terminal.err(
    `canarec: release ${releaseId} is main's own commit, with a new bundle; what is not committed is not released\n`,
  );
}

interface Waiting {
  readonly context: CliContext;
  readonly options: SubmitOptions;
  readonly api: ControlApi;
}

/** @throws ServiceError `failed_precondition` where it ends in any other way than promoted. */
async function waitFor(releaseId: number, { context, options, api }: Waiting): Promise<void> {
  let report = await reportOf(api, releaseId);
  while (!OVER.includes(report.rollout.state)) {
    await sleep(WAIT_MS, undefined, { signal: context.signal });
    report = await reportOf(api, releaseId);
  }
  if (report.rollout.state !== "promoted") {
    const why = report.transitions.at(-1)?.reason ?? "";
    const message = `release ${releaseId} is ${report.rollout.state}: ${why}`;
    throw new ServiceError("failed_precondition", message);
  }
  printResult(context, options, report, statusInWords);
}

async function reportOf(api: ControlApi, releaseId: number | string): Promise<ReleaseReport> {
  return ReleaseReport.parse(await api.get(`/releases/${releaseId}`));
}

const Listed = z.object({
  releases: z.array(
    z.object({
      releaseId: z.number(),
      state: z.string(),
      kind: z.string(),
      ref: z.string(),
      code: z.string(),
      submittedAt: z.string(),
      actor: z.string(),
    }),
  ),
});

/** `canarec release list` */
export async function listAction(context: CliContext, options: CommonOptions): Promise<void> {
  const listed = Listed.parse(await controlApi(context, options).get("/releases"));
  printResult(context, options, listed, ({ releases }) =>
    table(
      ["release", "state", "ref", "commit", "submitted", "by"],
      releases.map((one) => [
        ...[String(one.releaseId), one.state, one.ref, one.code.slice(0, 12)],
        ...[one.submittedAt.slice(0, 19), one.actor],
      ]),
    ),
  );
}

/** `canarec release status [id]` */
export async function statusAction(
  context: CliContext,
  id: string | undefined,
  options: CommonOptions & { readonly watch?: boolean },
): Promise<void> {
  const api = controlApi(context, options);
  const releaseId = id ?? (await newest(api));
  for (;;) {
    const [found, { main }] = await Promise.all([
      reportOf(api, releaseId),
      api.get("/status").then((status) => Status.parse(status)),
    ]);
    const report = {
      ...found,
      main: main && { releaseId: main.releaseId, replicas: main.members },
    };
    const record = report.verdict === null ? undefined : await recordOf(api, releaseId);
    if (options.watch === true && context.terminal.isInteractive) context.terminal.out(CLEAR);
    printResult(context, options, report, () =>
      [statusWithEvidence(found, record), ...mainInWords(main, found.release.releaseId)].join("\n"),
    );
    if (options.watch !== true || OVER.includes(report.rollout.state)) return;
    await sleep(WATCH_MS, undefined, { signal: context.signal });
  }
}

/** Main's replicas, where they are not the release's own. */
function mainInWords(main: Main | null, releaseId: number): readonly string[] {
  if (main === null || main.releaseId === releaseId) return [];
  return [`Main is release ${main.releaseId}. Its replicas: ${replicasInWords(main.members)}`];
}

function replicasInWords(replicas: readonly ReplicaView[]): string {
  const words = replicas.map(({ name, ready, startedAt }) => {
    const since = startedAt === null ? "" : ` since ${startedAt.slice(0, 19)}`;
    return `${name} ${ready ? "ready" : "not ready"}, runs${since}`;
  });
  return words.join("; ") || "none";
}

/** Cursor home, and all below it gone. */
const CLEAR = "\u001b[H\u001b[J";

/** Undefined where it was made by a version that this one cannot read. */
async function recordOf(api: ControlApi, id: number | string): Promise<VerdictRecord | undefined> {
  const recorded = await api.get(`/releases/${id}/record`);
  const { v } = z.looseObject({ v: z.number() }).parse(recorded);
  return v === RECORD_VERSION ? (recorded as VerdictRecord) : undefined;
}

function statusWithEvidence(report: ReleaseReport, record: VerdictRecord | undefined): string {
  if (record === undefined) return statusInWords(report);
  return `${statusInWords({ ...report, verdict: null })}\n\n${evidenceView(record)}`;
}

/** What is under way; else the newest. */
async function newest(api: ReturnType<typeof controlApi>): Promise<string> {
  const { underway } = Status.parse(await api.get("/status"));
  const current = underway.find(({ state }) => state !== "queued") ?? underway[0];
  if (current !== undefined) return String(current.releaseId);
  const [first] = Listed.parse(await api.get("/releases")).releases;
  if (first === undefined) throw new ServiceError("not_found", "there is no release yet");
  return String(first.releaseId);
}

function statusInWords({
  release,
  rollout,
  verdict,
  replicas,
  transitions,
}: ReleaseReport): string {
  // What led there says more than that it is over.
  const last =
    transitions.findLast(({ toState }) => DECIDED.includes(toState)) ?? transitions.at(-1);
  const lines = [
    `Release ${release.releaseId} (${release.ref}, ${release.code.slice(0, 12)}) is ${rollout.state}, step ${rollout.step}, by the plan ${release.plan.name}.`,
    ...(rollout.state === "queued" ? ["It waits for those before it: canarec release list"] : []),
    `Because: ${last?.reason ?? "it was submitted"} (${last?.at.slice(0, 19) ?? ""}, ${last?.actor ?? ""})`,
    `Replicas: ${replicasInWords(replicas)}`,
  ];
  if (verdict !== null && !OVER.includes(rollout.state)) {
    lines.push(`The judge (row ${verdict.row}): ${verdict.action} – ${verdict.reason}`);
  }
  return lines.join("\n");
}

/** `canarec release explain ID` */
export async function explainAction(
  context: CliContext,
  id: string,
  options: CommonOptions,
): Promise<void> {
  const report = await reportOf(controlApi(context, options), id);
  printResult(context, options, report, (found) =>
    [
      statusInWords(found),
      "",
      ...found.transitions.map(
        ({ at, toState, toStep, actor: by, reason }) =>
          `${at.slice(0, 19)}  ${toState.padEnd(15)} step ${toStep}  ${reason} (${by})`,
      ),
      "",
      ...gateView(found),
      `Plan ${found.release.plan.name}, sha256 ${found.release.planHash}. Recompute the verdict: canarec release replay ${id}`,
    ].join("\n"),
  );
}

/** `canarec release replay ID|FILE` */
export async function replayAction(
  context: CliContext,
  source: string,
  options: CommonOptions,
): Promise<void> {
  const recorded: unknown = /^\d+$/.test(source)
    ? await controlApi(context, options).get(`/releases/${source}/record`)
    : readJsonFile(context, source);
  const { record, same } = replayVerdict(recorded);
  printResult(context, options, { same, record }, () =>
    same
      ? "The verdict is the same, to the last digit."
      : "THE VERDICT IS NOT THE SAME: the record was changed, or made by other code.",
  );
  if (!same) throw new ServiceError("data_loss", "the recomputed verdict differs from the record");
}

/** `canarec release pause|resume|promote|abort|rollback ID` */
export async function commandAction(
  context: CliContext,
  command: { readonly kind: string; readonly id: string },
  options: CommonOptions & { readonly reason: string },
): Promise<void> {
  const { kind, id } = command;
  const body = { actor: actor(), reason: options.reason };
  const answer = await controlApi(context, options).post(`/releases/${id}/${kind}`, body);
  printResult(context, options, answer, () => `Release ${id}: ${kind} is under way.`);
}
