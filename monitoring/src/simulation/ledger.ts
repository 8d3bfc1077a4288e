import { FIRST_RAMP_STEP, evaluationStep } from "@canarec/load-balancer/rollout/steps";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { addUsers } from "../analysis/add-users.ts";
import {
  type MinuteEvidence,
  type StoredSums,
  type SummarisedMinute,
  type Summaries,
  type SummedUsers,
  summedUsers,
  varietySums,
} from "../analysis/assemble-inputs.ts";
import { type EvaluationWindow, stratumOf } from "../analysis/evaluation-window.ts";
import type { AnalysedExposure, FailureClass } from "../analysis/exposure.ts";
import { groupBy } from "../analysis/group-by.ts";
import { summariseMinute } from "../analysis/minute-counts.ts";
import { addFailures, noFailures } from "../analysis/rare-failures.ts";
import { userFigures } from "../analysis/user-figures.ts";
import { NO_USERS, mergeSums } from "../statistics/sufficient-sums.ts";
import type { UserDeeds } from "./deeds.ts";

/** The platform's deadline, as the services have it by default. */
export const DEADLINE_MS = 600;
const MINUTE_MS = 60_000;
/** More than the half hour over which confirmed answers are counted. */
const RECENT_MS = 40 * MINUTE_MS;

/** A user of the evaluation who is not summed yet. */
interface Entry {
  readonly userId: number;
  readonly track: "main" | "nightly";
  readonly hour: number;
  readonly firstExposedAtMs: number;
  readonly snapshotVersion: number;
  readonly exposures: AnalysedExposure[];
  crossed: boolean;
}

/**
 * What Postgres holds of a release, kept in memory: minutes, entries, and sums of mature users. Everything is
 * counted by the functions of analysis/; exposures come in the order of time, so that what earlier
 * minutes came to is kept, not made anew.
 */
export class Ledger {
  readonly #plan: ReleasePlan;
  readonly #deedsOf: (userId: number) => UserDeeds;
  readonly #entries = new Map<number, Entry>();
  /** In the order of their first exposures. */
  readonly #waiting: Entry[] = [];
  #summed = 0;
  readonly #entered = { main: 0, nightly: 0, crossedOver: 0 };
  readonly #stepUsers = new Map<number, { users: Set<number>; main: number; nightly: number }>();
  /** By track and stratum, every metric's. */
  readonly #rows = new Map<string, readonly StoredSums[]>();
  readonly #sums = new Map<string, readonly SummedUsers[]>();
  #closed: MinuteEvidence;
  #evidence: MinuteEvidence;
  #open: AnalysedExposure[] = [];
  #openMinute = -1;

  constructor(plan: ReleasePlan, deedsOf: (userId: number) => UserDeeds) {
    this.#plan = plan;
    this.#deedsOf = deedsOf;
    const none = (failure: FailureClass) => noFailures(plan.guardrails[failure].rateRatio);
    const rare = { errors: none("errors"), deadline: none("deadline"), lists: none("lists") };
    this.#closed = { rare, variety: NO_USERS, recent: [] };
    this.#evidence = this.#closed;
  }

  get evidence(): MinuteEvidence {
    return this.#evidence;
  }

  /** All rows of mature users' sums. */
  get sums(): readonly SummedUsers[] {
    return [...this.#sums.values()].flat();
  }

  get counts(): Pick<Summaries, "stepUsers" | "entered"> {
    const steps = [...this.#stepUsers].toSorted(([a], [b]) => a - b);
    return {
      stepUsers: steps.map(([step, { main, nightly }]) => ({ step, main, nightly })),
      entered: { ...this.#entered },
    };
  }

  /**
   * Write exposures, which are later than all before, and summarise their minutes.
   *
   * @returns the counts of these minutes, each whole.
   */
  write(
    exposures: readonly AnalysedExposure[],
    window: EvaluationWindow | undefined,
  ): readonly SummarisedMinute[] {
    const minutes = groupBy(exposures, ({ atMs }) => Math.floor(atMs / MINUTE_MS));
    return [...minutes].flatMap(([minute, members]) => {
      if (minute === this.#openMinute) this.#open = [...this.#open, ...members];
      else {
        this.#closed = this.#evidence;
        this.#openMinute = minute;
        this.#open = members;
      }
      for (const exposure of members) this.#enter(exposure, window);
      return this.#summarise(window?.firstSnapshotVersion);
    });
  }

  #summarise(firstSnapshotVersion: number | undefined): readonly SummarisedMinute[] {
    const minuteMs = this.#openMinute * MINUTE_MS;
    const rules = { deadlineMs: DEADLINE_MS, firstSnapshotVersion };
    const rows = summariseMinute(this.#open, rules).map((row) => ({ ...row, minuteMs }));
    const { rare, variety, recent } = this.#closed;
    const cells = [...groupBy(rows, ({ step }) => step)].toSorted(([a], [b]) => a - b);
    const add = (failure: FailureClass) => {
      const ratio = this.#plan.guardrails[failure].rateRatio;
      return cells.reduce(
        (before, [, cell]) => addFailures(before, cell, { failure, ratio }),
        rare[failure],
      );
    };
    this.#evidence = {
      rare: { errors: add("errors"), deadline: add("deadline"), lists: add("lists") },
      variety: mergeSums([variety, varietySums(rows)]),
      recent: [...recent.filter((one) => one.minuteMs >= minuteMs - RECENT_MS), ...rows],
    };
    return rows;
  }

  /** As db-utils/src/analysis/users.ts enters users: once a window and once a step. */
  #enter(exposure: AnalysedExposure, window: EvaluationWindow | undefined): void {
    const { step, assigned, userId, snapshotVersion, atMs } = exposure;
    const last = evaluationStep(this.#plan);
    if (step >= FIRST_RAMP_STEP && step < last) this.#enterStep(exposure);
    if (window === undefined || step !== last) return;
    if (snapshotVersion < window.firstSnapshotVersion) return;
    const entry = this.#entries.get(userId);
    if (entry === undefined) {
      const hour = stratumOf(this.#plan, atMs - window.startedAtMs);
      const first = { userId, track: assigned, hour, firstExposedAtMs: atMs, snapshotVersion };
      const entered: Entry = { ...first, exposures: [exposure], crossed: false };
      this.#entries.set(userId, entered);
      this.#waiting.push(entered);
      this.#entered[assigned] += 1;
      return;
    }
    if (entry.track !== assigned && entry.snapshotVersion === snapshotVersion && !entry.crossed) {
      entry.crossed = true;
      this.#entered.crossedOver += 1;
    }
    entry.exposures.push(exposure);
  }

  #enterStep({ step, assigned, userId }: AnalysedExposure): void {
    const counted = this.#stepUsers.get(step) ?? { users: new Set(), main: 0, nightly: 0 };
    this.#stepUsers.set(step, counted);
    if (counted.users.has(userId)) return;
    counted.users.add(userId);
    counted[assigned] += 1;
  }

  /** Add everybody to the sums who was first exposed at `beforeMs` or earlier, once each. */
  sumUsers(beforeMs: number): void {
    const due: Entry[] = [];
    for (;;) {
      const entry = this.#waiting[this.#summed];
      if (entry === undefined || entry.firstExposedAtMs > beforeMs) break;
      this.#summed += 1;
      due.push(entry);
    }
    if (due.length === 0) return;
    const rules = { ...this.#plan, deadlineMs: DEADLINE_MS };
    const mature = due.map(({ userId, track, hour, firstExposedAtMs, exposures }) => {
      const events = { firstExposedAtMs, exposures, ...this.#deedsOf(userId) };
      const figures = userFigures(events, rules);
      exposures.length = 0;
      return { track, hour, figures };
    });
    const cells = groupBy(mature, ({ track, hour }) => `${track} ${hour}`);
    for (const [cell, users] of cells) {
      const rows = addUsers(this.#rows.get(cell) ?? [], users);
      this.#rows.set(cell, rows);
      this.#sums.set(cell, summedUsers(rows));
    }
  }
}
