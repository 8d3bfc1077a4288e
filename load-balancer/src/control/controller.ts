import type { ControlRepository } from "@canarec/db-utils/releases/control-repository";
import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { ReleasePlan } from "../contract/release-plan.ts";
import { decide } from "../rollout/decide.ts";
import type { Command, Observations, Transition } from "../rollout/transitions.ts";
import { type Desired, desired } from "../rollout/desired.ts";
import { Rollout } from "../rollout/rollout.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { DataPlanes } from "./data-planes.ts";
import type { Leadership } from "./leadership.ts";
import { noticeOf } from "./notices.ts";
import { TrackAttempts, type ReplicaLoad, unhealthyOf, verdictFrom } from "./observe.ts";
import { readLagMs } from "./read-lag.ts";
import type { ReplicaSet } from "./replica-set.ts";
import type { RoutingWriter } from "./routing-writer.ts";

/** Rollouts that nothing moves any longer. */
const OVER = ["promoted", "rolled-back", "aborted", "failed-to-start"];

export interface ControllerParts {
  readonly releases: ReleaseRepository;
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
}

/** A release that is not over, or was promoted last. */
interface Underway {
  readonly release: Release;
  readonly plan: ReleasePlan;
  readonly rollout: Rollout;
  readonly sequence: number;
}

type Preparation = Observations["preparation"];

/**
 * One round after the other: look, decide, write, then act towards what the written state wants. What it
 * does is a function of what Postgres says, so that whoever leads next goes on where this one ended.
 */
export class Controller {
  readonly #parts: ControllerParts;
  readonly #preparations = new Map<number, Preparation>();
  readonly #commands = new Map<number, Command>();
  readonly #attempts = new TrackAttempts();
  #restored = false;
  #standsBy = false;
  #serves = false;
  #leaseLost = false;
  #epoch: number | undefined;
  #loads: readonly ReplicaLoad[] = [];

  constructor(parts: ControllerParts) {
    this.#parts = parts;
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
    this.#commands.set(releaseId, command);
  }

  /** @returns whether something changed, so that another look is due at once. */
  async round(): Promise<boolean> {
    const { leadership, replicas, log } = this.#parts;
    this.#epoch = await leadership.check();
    this.#standsBy = this.#epoch === undefined;
    if (this.#epoch === undefined) {
      this.#restored = false;
      return false;
    }
    if (!this.#restored) {
      log.info({ epoch: this.#epoch }, "leading");
      await replicas.restore();
      await this.#parts.routing.restore();
      this.#restored = true;
    }
    const mains = await this.#parts.releases.mains(2);
    const main = mains[0];
    if (main === undefined) return false;
    const underway = await this.#underway();
    const current = underway ?? (await this.#promotedLately(main));
    const before = underway === undefined && current !== undefined ? mains[1] : main;
    const changed = current === undefined ? false : await this.#advance(current, before ?? main);
    if (changed) return true;
    await this.#act(current, before ?? main);
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

  /** The oldest release that is not over; those behind it wait, unless it gives way. */
  async #underway(): Promise<Underway | undefined> {
    const rows = await this.#parts.releases.rolloutsNotIn(OVER);
    const active = rows.find(({ state }) => state !== "queued") ?? rows[0];
    return active === undefined ? undefined : this.#read(active.releaseId);
  }

  async #promotedLately(main: Release): Promise<Underway | undefined> {
    return main.kind === "trial" ? this.#read(main.releaseId) : undefined;
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
    this.#commands.delete(release.releaseId);
    if (transition === undefined) return false;
    await this.#write(underway, transition);
    return true;
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
      notice: noticeOf(transition, sequence + 1, release),
    });
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
    if (["warming", "queued", "preparing"].includes(rollout.state)) this.#attempts.reset(reports);
    const failures = replicas.failuresOf(id);
    const startFailure = failures.find(({ wasReady }) => !wasReady);
    const unhealthy = unhealthyOf(failures, this.#attempts.since(reports), this.#loads);
    const verdict = verdictFrom(await releases.newestVerdict(id));
    const command = this.#commands.get(id);
    return {
      nowMs: nowMs(),
      isTurn: true,
      isEmergency: release.kind === "main",
      preparation: this.#prepare(underway),
      nightlyReady: replicas.readyOf(id).length,
      mainReady: replicas.readyOf(main.releaseId).length,
      settled: routing.isSettled(this.#desired(underway, main), nowMs()),
      snapshotVersion: routing.version(),
      leaseLost: this.#leaseLost,
      nightlyGone: replicas.isGone(id),
      ...(startFailure && { startFailure }),
      ...(unhealthy && { unhealthy }),
      ...(verdict && { verdict }),
      ...(command && { command }),
    };
  }

  /** Code and bundle of a release, in the background; done again by whoever leads next. */
  #prepare({ release, rollout }: Underway): Preparation {
    const known = this.#preparations.get(release.releaseId);
    if (known !== undefined) return known;
    if (rollout.state !== "preparing") return { kind: "pending" };
    this.#preparations.set(release.releaseId, { kind: "pending" });
    void this.#prepareNow(release).then(
      () => this.#preparations.set(release.releaseId, { kind: "done" }),
      (failure: unknown) =>
        this.#preparations.set(release.releaseId, {
          kind: "failed",
          reason: messageOf(failure),
          lastLines: [],
        }),
    );
    return { kind: "pending" };
  }

  async #prepareNow(release: Release): Promise<void> {
    const { runtime, releases } = this.#parts;
    const signal = AbortSignal.timeout(900_000);
    await runtime.prepare(release.code, signal);
    if (release.bundleId !== null) return;
    await releases.setBundle(release.releaseId, await runtime.buildBundle(release.code, signal));
  }

  #desired(underway: Underway | undefined, main: Release): Desired {
    const { mainReplicas, nowMs } = this.#parts;
    const of = { releaseId: main.releaseId, replicas: mainReplicas };
    return desired(of, underway, nowMs());
  }

  /** Towards what the state wants: replicas first, then the routing, then what nobody needs any longer. */
  async #act(underway: Underway | undefined, main: Release): Promise<void> {
    const { replicas, routing, releases, nowMs } = this.#parts;
    const wanted = this.#desired(underway, main);
    const running = [wanted.main, ...(wanted.nightly ? [wanted.nightly] : []), ...wanted.aside];
    for (const one of running) {
      const release = await releases.find(one.releaseId);
      const isNightly = one.releaseId === underway?.release.releaseId;
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
    await this.#weigh(underway);
  }

  async #weigh(underway: Underway | undefined): Promise<void> {
    const { replicas, runtime } = this.#parts;
    if (underway === undefined) {
      this.#loads = [];
      return;
    }
    const { replicaMemoryMiB, replicaEventLoopLagMs: mostLagMs } = underway.plan.guardrails;
    const members = replicas.readyOf(underway.release.releaseId);
    this.#loads = await Promise.all(
      members.map(async ({ row: { name }, url }) => {
        const [mebibytes = 0, lagMs] = await Promise.all([runtime.memoryMiB(name), readLagMs(url)]);
        const before = this.#loads.find((load) => load.name === name)?.lateLooks ?? 0;
        const lateLooks = lagMs !== undefined && lagMs > mostLagMs ? before + 1 : 0;
        return { name, mebibytes, mostMebibytes: replicaMemoryMiB, lagMs, mostLagMs, lateLooks };
      }),
    );
  }
}
