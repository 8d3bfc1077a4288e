import type { GateRepository } from "@canarec/db-utils/releases/gate-repository";
import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { parseRequest } from "@canarec/service-kit/http";
import { plainText } from "@canarec/service-kit/plain-text";
import { type RequestHandler, Router, json } from "express";
import { z } from "zod";
import { ReleasePlan } from "../contract/release-plan.ts";
import { commandProblem } from "../rollout/decide-command.ts";
import { Rollout } from "../rollout/rollout.ts";
import type { Command } from "../rollout/transitions.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { type AuditParts, audited } from "./audited.ts";
import { type OperatorParts, operatorRoutes } from "./operator-routes.ts";
import { pinRoutes } from "./pin-routes.ts";
import type { Member, ReplicaSet } from "./replica-set.ts";
import type { RoutingWriter } from "./routing-writer.ts";
import { Submission } from "./submit.ts";

/** A row's number: of 31 bits, as Postgres has it. */
const ReleaseId = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, "expected the number of a release")
    .transform(Number)
    .pipe(z.int().max(2_147_483_647)),
});
const CommandBody = z.strictObject({ actor: plainText(200), reason: plainText(500) });
const CodeQuery = z.strictObject({ ref: plainText(255) });
const KINDS = ["pause", "resume", "promote", "abort", "rollback"] as const;
const LISTED = 100;
const GUARDED = ["/releases", "/code", "/plans", "/status", "/pins", "/audit", "/tokens"];

export interface ControlRoutesParts extends AuditParts, OperatorParts {
  readonly authorise: RequestHandler;
  readonly releases: ReleaseRepository;
  readonly gates: Pick<GateRepository, "find">;
  readonly replicas: ReplicaSet;
  readonly routing: RoutingWriter;
  readonly plans: ReadonlyMap<string, ReleasePlan>;
  readonly runtime: Pick<Runtime, "resolve">;
  /** @throws ServiceError `unavailable` where this controller does not lead. */
  readonly submit: (submission: Submission) => Promise<number>;
  /** @throws ServiceError `unavailable` where this controller does not lead. */
  readonly command: (releaseId: number, command: Command) => void;
  /** @throws ServiceError `unavailable` where this controller does not lead. */
  readonly requireLeading: () => void;
  readonly changed: () => void;
}

/** The control plane's API; docs/releases.md has its shapes. */
export function controlRoutes(parts: ControlRoutesParts): Router {
  const { releases, replicas, routing } = parts;
  const router = Router().use(GUARDED, parts.authorise, json());
  router
    .post("/releases", async (req, res) => {
      const submission = parseRequest(Submission, req.body);
      const asked = { action: "submit", actor: submission.actor, arguments: submission };
      const releaseId = await audited(parts, req, asked, () => parts.submit(submission));
      parts.changed();
      res.status(201).json({ releaseId });
    })
    .get("/releases", async (_req, res) => {
      res.json({ releases: await releases.list(LISTED) });
    })
    .get("/releases/:id", async (req, res) => {
      res.json(await describe(parts, parseRequest(ReleaseId, req.params).id));
    })
    .get("/releases/:id/record", async (req, res) => {
      const { id } = parseRequest(ReleaseId, req.params);
      const record = await releases.verdictRecord(id);
      if (record === undefined)
        throw new ServiceError("not_found", `release ${id} has no verdict yet`);
      res.json(record);
    })
    .get("/code", async (req, res) => {
      res.json(await codeOf(parts, parseRequest(CodeQuery, req.query).ref));
    })
    .get("/plans", (_req, res) => {
      res.json({ plans: Object.fromEntries(parts.plans) });
    })
    .get("/status", async (_req, res) => {
      const [mains, underway] = await Promise.all([
        releases.mains(1),
        releases.rolloutsNotIn(OVER),
      ]);
      const main = mains[0];
      res.json({
        main: main === undefined ? null : { ...main, ...replicasOf(replicas, main.releaseId) },
        underway: underway.map(({ releaseId, state, detail }) => ({ releaseId, state, detail })),
        routing: routing.newest() ?? null,
      });
    });
  for (const kind of KINDS) router.post(`/releases/:id/${kind}`, commandHandler(kind, parts));
  return router.use(pinRoutes(parts)).use(operatorRoutes(parts));
}

/** No commit is an answer, not a 404: whoever asks knows that from a control plane without this path. */
async function codeOf({ runtime }: ControlRoutesParts, ref: string) {
  try {
    return { code: await runtime.resolve(ref) };
  } catch (failure) {
    const problem = ServiceError.from(failure);
    if (problem.code !== "not_found") throw failure;
    return { code: null, problem: problem.message };
  }
}

const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];

function commandHandler(kind: Command["kind"], parts: ControlRoutesParts): RequestHandler {
  return async (req, res) => {
    const { id } = parseRequest(ReleaseId, req.params);
    const { actor, reason } = parseRequest(CommandBody, req.body);
    await audited(parts, req, { action: kind, releaseId: id, actor, reason }, async () => {
      parts.requireLeading();
      const { release, rollout } = await find(parts, id);
      const plan = ReleasePlan.parse(release.plan);
      const problem = commandProblem(rollout, plan, kind, parts.nowMs());
      if (problem !== undefined)
        throw new ServiceError("failed_precondition", `cannot ${kind}: ${problem}`);
      if (kind === "rollback") await requireWayBack(parts, id);
      parts.command(id, { kind, actor, reason });
    });
    parts.changed();
    res.status(202).json({ releaseId: id, command: kind });
  };
}

/** @throws ServiceError `failed_precondition` where it is not main, or the first. */
async function requireWayBack({ releases }: ControlRoutesParts, id: number): Promise<void> {
  const [main, before] = await releases.mains(2);
  if (main?.releaseId !== id) {
    const message = `cannot rollback: release ${main?.releaseId ?? 0} is main by now`;
    throw new ServiceError("failed_precondition", message);
  }
  if (before === undefined) {
    const message =
      "cannot rollback: there was no main before it; release another commit with --emergency";
    throw new ServiceError("failed_precondition", message);
  }
}

async function find(
  { releases }: ControlRoutesParts,
  id: number,
): Promise<{ release: Release; rollout: Rollout }> {
  const [release, row] = await Promise.all([releases.find(id), releases.rollout(id)]);
  if (release === undefined || row === undefined) {
    throw new ServiceError("not_found", `there is no release ${id}`);
  }
  return { release, rollout: Rollout.parse(row.detail) };
}

async function describe(parts: ControlRoutesParts, id: number) {
  const { release, rollout } = await find(parts, id);
  const [transitions, gate, verdict] = await Promise.all([
    parts.releases.changes(id),
    parts.gates.find(id),
    parts.releases.newestVerdict(id),
  ]);
  return {
    release,
    rollout,
    transitions,
    gate: gate ?? null,
    verdict: verdict ?? null,
    replicas: parts.replicas.members(id).map(viewOf),
  };
}

function replicasOf(replicas: ReplicaSet, releaseId: number) {
  const members = replicas.members(releaseId).map(viewOf);
  return { replicas: members.length, members };
}

function viewOf({ row, url, ready }: Member) {
  return { name: row.name, url, ready, startedAt: row.startedAt };
}
