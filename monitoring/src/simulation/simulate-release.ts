import { assignTrack } from "@canarec/load-balancer/assignment/assign-track";
import type { Verdict } from "@canarec/load-balancer/contract/verdict";
import { decide } from "@canarec/load-balancer/rollout/decide";
import type { Transition } from "@canarec/load-balancer/rollout/transitions";
import { desired } from "@canarec/load-balancer/rollout/desired";
import { ENDED, type Rollout, queuedRollout } from "@canarec/load-balancer/rollout/rollout";
import type { MinuteEvidence, SummarisedMinute, Summaries } from "../analysis/assemble-inputs.ts";
import { windowAt } from "../analysis/evaluation-window.ts";
import type { AnalysedExposure } from "../analysis/exposure.ts";
import { cadenceSeconds, isJudged, matureBeforeMs } from "../analysis/moments.ts";
import { type Routing, answer } from "./build-answers.ts";
import { Deeds } from "./deeds.ts";
import { type FixedLook, FixedTest } from "./fixed-test.ts";
import { Ledger } from "./ledger.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { Traffic, chanceOf } from "./traffic.ts";

/** All that a verdict may be made from at a moment. */
export interface Look {
  readonly summaries: Omit<Summaries, "minutes" | "past">;
  readonly evidence: MinuteEvidence;
  /** Minutes that changed since the look before. */
  readonly minutes: readonly SummarisedMinute[];
  readonly atMs: number;
}

/** Judges one release, look by look. */
export type Judge = (look: Look) => Verdict;

/** What became of a release. */
export interface SimulatedRelease {
  /** `held`: it waits for an operator, for good. */
  readonly outcome: "promoted" | "rolled-back" | "held" | "unfinished";
  /** Of the decision table; null where not the judge ended it. */
  readonly row: number | null;
  readonly reason: string;
  readonly extended: boolean;
  /** It was on hold, if only for a while. */
  readonly wasHeld: boolean;
  /** From the first user on nightly to the end. */
  readonly seconds: number;
  /** Users who entered the evaluation. */
  readonly users: { readonly main: number; readonly nightly: number };
  /** A fixed test of the users of each look that was reached, whatever the judge made of them. */
  readonly looks: readonly FixedLook[];
}

/** Of many releases of one scenario, which. */
export interface Draw {
  readonly seed: number;
  /** Salts the assignment, too. */
  readonly releaseId: number;
}

/** One release from its submission to its end, in virtual time. Equal arguments give an equal result. */
export function simulateRelease(scenario: Scenario, draw: Draw, judge: Judge): SimulatedRelease {
  return new Simulation(scenario, draw, judge).run();
}

const MAIN_ID = 1_000_000_000;
/** Whatever happens, a release that is not over this long after its plan's times never will be. */
const GRACE_MS = 3_600_000;

class Simulation {
  readonly #scenario: Scenario;
  readonly #judge: Judge;
  readonly #traffic: Traffic;
  readonly #deeds: Deeds;
  readonly #ledger: Ledger;
  readonly #fixed: FixedTest;
  #rollout: Rollout;
  #last: Transition | undefined;
  #verdict: Verdict | undefined;
  #wasHeld = false;
  #snapshot = { decision: "", version: 10 };
  #firstOnNightlyMs: number | undefined;
  /** Written down by the services, and not in Postgres yet. */
  #pending: AnalysedExposure[] = [];
  #sources: { exposuresMs: number | null; platformMs: number | null } = {
    ...{ exposuresMs: null, platformMs: null },
  };

  constructor(scenario: Scenario, { seed, releaseId }: Draw, judge: Judge) {
    const { plan, startMs } = scenario;
    this.#scenario = scenario;
    this.#judge = judge;
    this.#traffic = new Traffic(
      scenario,
      new Random(seed, releaseId),
      cadenceSeconds(plan) * 1_000,
    );
    this.#deeds = new Deeds(scenario);
    this.#ledger = new Ledger(plan, (userId) => this.#deeds.of(userId));
    this.#fixed = new FixedTest(plan);
    this.#rollout = queuedRollout(releaseId, startMs);
  }

  run(): SimulatedRelease {
    const { plan, startMs } = this.#scenario;
    const endMs = startMs + this.#longestMs();
    this.#advance(startMs);
    for (let nowMs = startMs; nowMs < endMs && !this.#isOver();) {
      nowMs += cadenceSeconds(plan) * 1_000;
      this.#serve(nowMs);
      const minutes = this.#write(nowMs);
      this.#look(minutes, nowMs);
      this.#advance(nowMs);
    }
    return this.#result();
  }

  #longestMs(): number {
    const { plan, outages } = this.#scenario;
    const { shadow, ramp, evaluation } = plan;
    const parts = [shadow, ...ramp, evaluation, ...outages].map(({ seconds }) => seconds);
    const total = parts.reduce((sum, seconds) => sum + seconds, evaluation.extensionSeconds ?? 0);
    return (total + plan.holdLimitSeconds) * 1_000 + GRACE_MS;
  }

  #isOver(): boolean {
    const { state, held } = this.#rollout;
    return ENDED.includes(state) || (state === "holding" && held?.cause === "verdict");
  }

  /** What comes within the time up to now, on the tracks that the rollout's state wants. */
  #serve(nowMs: number): void {
    const { plan, main, nightly } = this.#scenario;
    const of = { releaseId: MAIN_ID, replicas: plan.replicas };
    const { weight, step, salt } = desired(of, { rollout: this.#rollout, plan }, nowMs);
    const decision = `${weight} ${step} ${salt ?? ""}`;
    if (decision !== this.#snapshot.decision) {
      this.#snapshot = { decision, version: this.#snapshot.version + 1 };
    }
    for (const request of this.#traffic.requestsUntil(nowMs)) {
      const assigned = assignTrack(salt ?? "", request.person.id, weight);
      const build = assigned === "main" ? main : nightly;
      const routing: Routing = { assigned, step, snapshotVersion: this.#snapshot.version };
      const exposure = answer(request, build, routing);
      if (assigned === "nightly") this.#firstOnNightlyMs ??= request.atMs;
      this.#deeds.note(request, exposure, build.losses);
      const isLost =
        chanceOf(request, "lostExposure") < build.losses.exposures ||
        request.person.luck < build.losses.users;
      if (!isLost) this.#pending.push(exposure);
    }
  }

  /** While the metrics are out nothing is written, and afterwards all at once. */
  #write(nowMs: number): readonly SummarisedMinute[] {
    const firstMs = this.#firstOnNightlyMs;
    const isOut = this.#scenario.outages.some(({ fromSeconds, seconds }) => {
      const sinceMs = nowMs - ((firstMs ?? Number.POSITIVE_INFINITY) + fromSeconds * 1_000);
      return sinceMs > 0 && sinceMs <= seconds * 1_000;
    });
    if (isOut) return [];
    const written = this.#pending;
    this.#pending = [];
    const exposuresMs = written.at(-1)?.atMs ?? this.#sources.exposuresMs;
    this.#sources = { exposuresMs, platformMs: nowMs };
    return this.#ledger.write(written, this.#windowAt(nowMs));
  }

  #windowAt(atMs: number) {
    return windowAt({ rollout: this.#rollout, plan: this.#scenario.plan }, atMs);
  }

  #look(minutes: readonly SummarisedMinute[], nowMs: number): void {
    const { plan } = this.#scenario;
    const { exposuresMs, platformMs } = this.#sources;
    const completeToMs = Math.min(nowMs, exposuresMs ?? 0, platformMs ?? 0);
    const summedToMs = matureBeforeMs(plan, completeToMs);
    this.#ledger.sumUsers(summedToMs);
    if (!isJudged(this.#rollout.state)) return;
    const { releaseId, window, salt, state } = this.#rollout;
    const named = { code: "simulated", build: "simulated", bundleId: null, planHash: "simulated" };
    const summaries = {
      release: { releaseId, window: Math.max(1, window), salt, ...named },
      plan,
      expectation: null,
      onHold: state === "holding",
      window: this.#windowAt(nowMs),
      sources: this.#sources,
      summedToMs,
      sums: this.#ledger.sums,
      ...this.#ledger.counts,
    };
    this.#fixed.look(summaries, nowMs);
    this.#verdict = this.#judge({
      ...{ summaries, evidence: this.#ledger.evidence, minutes, atMs: nowMs },
    });
  }

  /** What the controller does, whose replicas are always ready. */
  #advance(nowMs: number): void {
    const { plan } = this.#scenario;
    for (;;) {
      const transition = decide(this.#rollout, plan, {
        nowMs,
        isTurn: true,
        preparation: { kind: "done" },
        nightlyReady: plan.replicas,
        mainReady: plan.replicas,
        settled: true,
        snapshotVersion: this.#snapshot.version,
        leaseLost: false,
        nightlyGone: true,
        ...(this.#verdict && { verdict: this.#verdict }),
      });
      if (transition === undefined) return;
      if (transition.to.state === "rolled-back" || transition.to.state === "promoted") {
        this.#rollout = transition.to;
        return;
      }
      this.#rollout = transition.to;
      this.#last = transition;
      this.#wasHeld ||= transition.to.state === "holding";
    }
  }

  #result(): SimulatedRelease {
    const { state, extended, sinceMs } = this.#rollout;
    const byJudge = this.#last?.reason === this.#verdict?.reason ? this.#verdict : undefined;
    const outcomes = {
      promoted: "promoted",
      "rolled-back": "rolled-back",
      holding: "held",
    } as const;
    const outcome = state in outcomes ? outcomes[state as keyof typeof outcomes] : "unfinished";
    return {
      outcome: outcome === "held" && !this.#isOver() ? "unfinished" : outcome,
      row: byJudge?.row ?? null,
      reason: this.#last?.reason ?? "",
      extended,
      wasHeld: this.#wasHeld,
      seconds: Math.max(0, sinceMs - (this.#firstOnNightlyMs ?? sinceMs)) / 1_000,
      users: this.#ledger.counts.entered,
      looks: this.#fixed.looks,
    };
  }
}
