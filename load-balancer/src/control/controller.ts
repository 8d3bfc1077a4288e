import type { GateRepository } from "@canarec/db-utils/releases/gate-repository";
import type { ControlRepository } from "@canarec/db-utils/releases/control-repository";
import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { ServiceError } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { ReleasePlan } from "../contract/release-plan.ts";
import { decide } from "../rollout/decide.ts";
import type { Command, Observations, Transition } from "../rollout/transitions.ts";
import { type Desired, type Running, desired } from "../rollout/desired.ts";
import { Rollout } from "../rollout/rollout.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { DataPlanes } from "./data-planes.ts";
import { forgetBuilds } from "./forget-builds.ts";
import type { Leadership } from "./leadership.ts";
import type { ControlMetrics } from "./metrics.ts";
import { noticeOf } from "./notices.ts";
import { TrackAttempts, type ReplicaLoad, unhealthyOf, verdictFrom } from "./observe.ts";
import { NOT_BEGUN, PendingCommands } from "./pending-commands.ts";
import { Preparations } from "./preparations.ts";
import type { ReadLagMs } from "./read-lag.ts";
import type { ReplicaSet } from "./replica-set.ts";
import type { RoutingWriter } from "./routing-writer.ts";
import { stillWarm, withWarm } from "./way-back.ts";
import { weighReplicas } from "./weigh-replicas.ts";

const FORGET_MS = 600_000;

/** Rollouts that nothing moves any longer. */
const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];

export interface ControllerParts {
  readonly releases: ReleaseRepository;
  readonly gates: GateRepository;
  readonly control: ControlRepository;
  readonly leadership: Leadership;
  readonly runtime: Runtime;
  readonly replicas: ReplicaSet;
  readonly planes: DataPlanes;
  readonly routing: RoutingWriter;
  /** Replicas of main while no release asks for more. */
  readonly mainReplicas: number;
  /** Milliseconds since 1970 by a clock that does not jump. */
  readonly nowMs: () => number;
  readonly log: Logger;
  readonly readLagMs: ReadLagMs;
  readonly metrics: Pick<ControlMetrics, "transition" | "leads">;
}

/** A release that is not over, or was promoted last. */
interface Underway {
  readonly release: Release;
  readonly plan: ReleasePlan;
  readonly rollout: Rollout;
  readonly sequence: number;
}

/**
 * One round after the other: look, decide, write, then act towards what the written state wants. What it
 * does is a function of what Postgres says, so that whoever leads next goes on where this one ended.
 */
export class Controller {
  readonly #parts: ControllerParts;
  readonly #preparations: Preparations;
  readonly #commands = new PendingCommands();
  readonly #attempts = new TrackAttempts();
  #restored = false;
  #standsBy = false;
  #serves = false;
  #leaseLost = false;
  #leadsAs: number | undefined;
  #leadingSinceMs = 0;
  #forgotAtMs: number | undefined;
  /** The main before, for the way back, while another release is under way. */
  #warm: Running | undefined;
  #epoch: number | undefined;
  #loads: readonly ReplicaLoad[] = [];

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#preparations = new Preparations(parts);
  }

  /** The epoch while this one leads. */
  get epoch(): number | undefined {
    return this.#epoch;
  }

  /** Whether another one leads. */
  get standsBy(): boolean {
    return this.#standsBy;
  }

  /** Whether every data plane has main's users at replicas that answer it. */
  get serves(): boolean {
    return this.#serves;
  }

  /** An operator's wish; it was checked that it can be obeyed. */
  command(releaseId: number, command: Command): void {
    this.#commands.ask(releaseId, command);
  }

  /** @returns whether something changed, so that another look is due at once. */
  async round(): Promise<boolean> {
    const { leadership, replicas, log } = this.#parts;
    const epoch = await leadership.check();
    // Somebody else may have written meanwhile.
    if (epoch !== this.#epoch) this.#restored = false;
    this.#epoch = epoch;
    this.#parts.metrics.leads(epoch);
    this.#standsBy = this.#epoch === undefined;
    if (this.#epoch === undefined) {
      this.#commands.clear();
      this.#restored = false;
      return false;
    }
    if (!this.#restored) {
      if (this.#leadsAs !== epoch) {
        log.info({ epoch }, "leading");
        this.#leadingSinceMs = this.#parts.nowMs();
      }
      this.#leadsAs = epoch;
      await replicas.restore();
      await this.#parts.routing.restore();
      this.#restored = true;
    }
    try {
      return await this.#lead();
    } catch (failure) {
      // Nobody knows whether the last write was kept: what Postgres says is read anew.
      this.#restored = false;
      throw failure;
    }
  }

  async #lead(): Promise<boolean> {
    const { mainReplicas, nowMs } = this.#parts;
    const mains = await this.#parts.releases.mains(2);
    const main = mains[0];
    if (main === undefined) return false;
    const previous = mains[1];
    // The first main has none to go back to.
    const promoted = previous === undefined ? undefined : await this.#read(main.releaseId);
    const underway = await this.#underway(main);
    const current = underway ?? promoted;
    const before = underway === undefined ? (previous ?? main) : main;
    this.#warm =
      underway === undefined
        ? undefined
        : stillWarm(promoted, previous, { mainReplicas, nowMs: nowMs() });
    if (current !== undefined && (await this.#advance(current, before))) return true;
    await this.#act(current, before);
    this.#serves = await this.#isServing();
    return false;
  }

  async #isServing(): Promise<boolean> {
    const { routing, replicas, planes } = this.#parts;
    if (!routing.serves(replicas)) return false;
    const reports = await planes.tracks();
    return reports.length > 0 && reports.every(({ main }) => main.available > 0);
  }

  /** Renew the lease by the last epoch, while Postgres is away. */
  async renew(): Promise<void> {
    const pushed = await this.#parts.routing.push();
    this.#leaseLost ||= pushed?.leaseLost === true;
  }

  /** The oldest release that is not over. Those behind it wait; all wait for main's way back. */
  async #underway(main: Release): Promise<Underway | undefined> {
    const rows = await this.#parts.releases.rolloutsNotIn(OVER);
    const active = rows.find(({ state }) => state !== "queued");
    const waiting = rows.filter((row) => row !== active);
    const aborted = waiting.filter(({ releaseId }) => this.#commands.of(releaseId) !== undefined);
    for (const { releaseId } of aborted) await this.#abortWaiting(await this.#read(releaseId));
    const back = this.#commands.of(main.releaseId);
    if (back?.kind === "rollback") {
      if (active === undefined) return undefined;
      const reason = `main is taken back: ${back.reason}`;
      this.#commands.ask(active.releaseId, { kind: "abort", actor: back.actor, reason });
    }
    const next = active ?? waiting.find((row) => !aborted.includes(row));
    return next === undefined ? undefined : this.#read(next.releaseId);
  }

  /** What an operator no longer wants to begin. */
  async #abortWaiting(waiting: Underway): Promise<void> {
    const { releaseId } = waiting.release;
    const command = this.#commands.of(releaseId);
    if (command === undefined) return;
    const seen = { ...NOT_BEGUN, nowMs: this.#parts.nowMs(), command };
    const transition = decide(waiting.rollout, waiting.plan, seen);
    if (transition !== undefined) await this.#write(waiting, transition);
    this.#commands.settled(releaseId, command);
  }

  async #read(releaseId: number): Promise<Underway> {
    const { releases } = this.#parts;
    const [release, row] = await Promise.all([
      releases.find(releaseId),
      releases.rollout(releaseId),
    ]);
    if (release === undefined || row === undefined) {
      throw new ServiceError("data_loss", `release ${releaseId} is not whole`);
    }
    const plan = ReleasePlan.parse(release.plan);
    return { release, plan, rollout: Rollout.parse(row.detail), sequence: row.sequence };
  }

  async #advance(underway: Underway, main: Release): Promise<boolean> {
    const { release, plan, rollout } = underway;
    const seen = await this.#observe(underway, main);
    const transition = decide(rollout, plan, seen);
    if (transition !== undefined) await this.#write(underway, transition);
    // Only now has it been obeyed.
    this.#commands.settled(release.releaseId, seen.command);
    return transition !== undefined;
  }

  async #write(underway: Underway, transition: Transition): Promise<void> {
    const { release, rollout, sequence } = underway;
    const { to, actor, reason, evidence } = transition;
    await this.#parts.releases.change({
      releaseId: release.releaseId,
      at: new Date(this.#parts.nowMs()),
      epoch: this.#epoch ?? 0,
      sequence: sequence + 1,
      ...{ fromState: rollout.state, toState: to.state },
      ...{ fromStep: rollout.step, toStep: to.step, window: to.window },
      ...{ actor, reason, evidence, decidedFrom: rollout, detail: to },
      notice: noticeOf(transition, sequence + 1, underway),
    });
    this.#parts.metrics.transition(to.state);
    if (to.state === "shadowing" || to.state === "ramping") this.#leaseLost = false;
    if (rollout.state === "holding") this.#leaseLost = false;
    if (to.state === "promoted" && release.bundleId !== null) {
      await this.#parts.releases.pinBundle(release.bundleId);
    }
    const { log } = this.#parts;
    log.info(
      { release: release.releaseId, from: rollout.state, to: to.state, step: to.step, reason },
      "transition",
    );
  }

  async #observe(underway: Underway, main: Release): Promise<Observations> {
    const { replicas, routing, releases, planes, nowMs } = this.#parts;
    const { release, rollout } = underway;
    const id = release.releaseId;
    const reports = await planes.tracks();
    if (["warming", "queued", "preparing"].includes(rollout.state)) this.#attempts.reset();
    const failures = replicas.failuresOf(id);
    const startFailure = failures.find(({ wasReady }) => !wasReady);
    const unhealthy = unhealthyOf(failures, this.#attempts.look(reports, nowMs()), this.#loads);
    const verdict = verdictFrom(await releases.newestVerdict(id));
    const judgedAtMs = verdict?.window === rollout.window ? Date.parse(verdict.at) : 0;
    const silentSinceMs = Math.max(judgedAtMs, rollout.sinceMs, this.#leadingSinceMs);
    const command = this.#commands.of(id);
    return {
      nowMs: nowMs(),
      isTurn: true,
      isEmergency: release.kind === "main",
      preparation: this.#preparations.of(release, rollout.state),
      nightlyReady: replicas.readyOf(id).length,
      mainReady: replicas.readyOf(main.releaseId).length,
      settled: routing.isSettled(this.#desired(underway, main), nowMs()),
      snapshotVersion: routing.version(),
      leaseLost: this.#leaseLost,
      judgeSilentSeconds: (nowMs() - silentSinceMs) / 1_000,
      nightlyGone: replicas.isGone(id),
      ...(startFailure && { startFailure }),
      ...(unhealthy && { unhealthy }),
      ...(verdict && { verdict }),
      ...(command && { command }),
    };
  }

  #desired(underway: Underway | undefined, main: Release): Desired {
    const { mainReplicas, nowMs } = this.#parts;
    const of = { releaseId: main.releaseId, replicas: mainReplicas };
    return withWarm(desired(of, underway, nowMs()), this.#warm);
  }

  /** Towards what the state wants: replicas first, then the routing, then what nobody needs any longer. */
  async #act(underway: Underway | undefined, main: Release): Promise<void> {
    const { replicas, routing, releases, nowMs } = this.#parts;
    const wanted = this.#desired(underway, main);
    const running = [wanted.main, ...(wanted.nightly ? [wanted.nightly] : []), ...wanted.aside];
    for (const one of running) {
      const release = await releases.find(one.releaseId);
      const isNightly =
        one.releaseId === underway?.release.releaseId && one.releaseId !== wanted.main.releaseId;
      // A nightly that fails to start is not tried again and again.
      const failed = isNightly && replicas.failuresOf(one.releaseId).length > 0;
      if (release !== undefined && release.bundleId !== null && !failed) {
        await replicas.ensure(one, release);
      }
    }
    const leaseSeconds = underway?.plan.leaseSeconds ?? 30;
    const releaseId = underway?.release.releaseId ?? null;
    const pushed = await routing.write(wanted, {
      replicas,
      epoch: this.#epoch ?? 0,
      leaseSeconds,
      releaseId,
    });
    this.#leaseLost ||= pushed.leaseLost;
    if (!routing.isSettled(wanted, nowMs())) return;
    const kept = new Set(running.map((one) => one.releaseId));
    replicas.release(({ row }) => kept.has(row.releaseId));
    const members = underway === undefined ? [] : replicas.readyOf(underway.release.releaseId);
    this.#loads =
      underway === undefined
        ? []
        : await weighReplicas(members, underway.plan, this.#parts, this.#loads);
    this.#forgotAtMs ??= nowMs(); // at the start there is other work
    if (nowMs() - this.#forgotAtMs < FORGET_MS) return;
    this.#forgotAtMs = nowMs();
    await forgetBuilds(this.#parts);
  }
}
