import type { ControlRepository } from "@canarec/db-utils/releases/control-repository";
import {
  ROUTING_SNAPSHOT_VERSION,
  RoutingSnapshot,
  type Replica,
} from "../contract/routing-snapshot.ts";
import type { Track } from "../contract/exposure.ts";
import type { Desired } from "../rollout/desired.ts";
import type { DataPlanes, Pushed } from "./data-planes.ts";
import type { ReplicaSet } from "./replica-set.ts";

/** No release is under way, so this salt assigns nobody; it only has to be there. */
const NO_RELEASE = "none";

export interface RoutingContext {
  readonly replicas: ReplicaSet;
  readonly epoch: number;
  readonly leaseSeconds: number;
  readonly releaseId: number | null;
}

const NOTHING_PUSHED: Pushed = {
  ...{ acknowledged: false, leaseLost: false, deposed: false, newestVersion: 0, silent: [] },
};

/** Writes routing snapshots: to Postgres first, then to every data plane, again and again. */
export class RoutingWriter {
  readonly #control: ControlRepository;
  readonly #planes: DataPlanes;
  /** Milliseconds since 1970, as the data planes' clocks have it. */
  readonly #wallMs: () => number;
  #newest: RoutingSnapshot | undefined;
  #leaseSeconds = 30;
  #acknowledged = false;
  /** A data plane went back to main by itself, and takes this version for over. */
  #isOver = false;
  #pins: Readonly<Record<string, Track>> = {};

  constructor(control: ControlRepository, planes: DataPlanes, wallMs: () => number) {
    this.#control = control;
    this.#planes = planes;
    this.#wallMs = wallMs;
  }

  /** Go on from the snapshot that was written last. */
  async restore(): Promise<void> {
    this.#newest = RoutingSnapshot.safeParse(await this.#control.newestSnapshot()).data;
    this.#pins = this.#newest?.pinned ?? {};
    this.#acknowledged = false;
  }

  version(): number {
    return this.#newest?.version ?? 0;
  }

  newest(): RoutingSnapshot | undefined {
    return this.#newest;
  }

  /** Whether every data plane sends main's users to replicas that are ready. */
  serves(replicas: ReplicaSet): boolean {
    const main = this.#newest?.replicas.main ?? [];
    return this.#acknowledged && main.some(({ name }) => replicas.isReady(name));
  }

  pins(): Readonly<Record<string, Track>> {
    return this.#pins;
  }

  pin(userId: number, track: Track | undefined): void {
    const { [String(userId)]: _old, ...others } = this.#pins;
    this.#pins = track === undefined ? others : { ...others, [userId]: track };
  }

  /** Whether every data plane has what is wanted: these tracks, at this weight. */
  isSettled(wanted: Desired, _nowMs: number): boolean {
    const held = this.#newest;
    if (held === undefined || !this.#acknowledged) return false;
    const serves = (track: readonly Replica[], releaseId: number) =>
      track.length > 0 && track.every(({ name }) => name.startsWith(`r${releaseId}-`));
    const { main, nightly } = held.replicas;
    if (!serves(main, wanted.main.releaseId)) return false;
    const nightlyAsWanted =
      wanted.nightly === null ? nightly.length === 0 : serves(nightly, wanted.nightly.releaseId);
    return nightlyAsWanted && held.nightlyWeight === wanted.weight && held.step === wanted.step;
  }

  /** Bring the data planes to what is wanted, as far as replicas are ready for it. */
  async write(wanted: Desired, context: RoutingContext): Promise<Pushed> {
    const next = this.#next(wanted, context);
    if (next === undefined) return NOTHING_PUSHED;
    this.#leaseSeconds = context.leaseSeconds;
    // Where nobody is to be on nightly the same may be said again; where users are, it is a hold's to end.
    const isAgain = this.#isOver && next.nightlyWeight === 0;
    if (this.#newest === undefined || isAgain || decision(next) !== decision(this.#newest)) {
      const version = this.version() + 1;
      const written = RoutingSnapshot.parse({ ...next, version });
      await this.#control.writeSnapshot(written);
      this.#newest = written;
      this.#acknowledged = false;
      this.#isOver = false;
    } else {
      this.#newest = { ...this.#newest, epoch: context.epoch };
    }
    return (await this.push()) ?? NOTHING_PUSHED;
  }

  /** Send the newest snapshot with its lease renewed. */
  async push(): Promise<Pushed | undefined> {
    if (this.#newest === undefined) return undefined;
    const leaseEndsAt = new Date(this.#wallMs() + this.#leaseSeconds * 1_000).toISOString();
    const pushed = await this.#planes.push({ ...this.#newest, leaseEndsAt });
    this.#acknowledged = pushed.acknowledged;
    this.#isOver = pushed.leaseLost;
    // A data plane that remembers more than Postgres: the next snapshot is above both.
    if (pushed.newestVersion > this.#newest.version) {
      this.#newest = {
        ...this.#newest,
        version: pushed.newestVersion,
        salt: `${this.#newest.salt}'`,
      };
    }
    return pushed;
  }

  #next(wanted: Desired, context: RoutingContext): RoutingSnapshot | undefined {
    const readyOf = (releaseId: number) =>
      context.replicas.readyOf(releaseId).map(({ row, url }) => ({ name: row.name, url }));
    const ready = readyOf(wanted.main.releaseId);
    // Nobody of main's is ready: whoever serves goes on.
    const main = ready.length > 0 ? ready : this.#newest?.replicas.main;
    if (main === undefined || main.length === 0) return undefined;
    const nightly = wanted.nightly === null ? [] : readyOf(wanted.nightly.releaseId);
    const isServed = nightly.length > 0;
    const isRelease = wanted.nightly !== null;
    return {
      v: ROUTING_SNAPSHOT_VERSION,
      version: this.version(),
      epoch: context.epoch,
      nightlyWeight: isServed ? wanted.weight : 0,
      salt: wanted.salt ?? NO_RELEASE,
      step: isRelease ? wanted.step : 0,
      releaseId: isRelease ? context.releaseId : null,
      shadowShare: isServed ? wanted.shadowShare : 0,
      leaseEndsAt: new Date(this.#wallMs() + context.leaseSeconds * 1_000).toISOString(),
      replicas: { main, nightly },
      pinned: this.#pins,
    };
  }
}

/** All of a snapshot but its number, its writer, and until when it holds. */
function decision({ version: _v, epoch: _e, leaseEndsAt: _l, ...rest }: RoutingSnapshot): string {
  return JSON.stringify(rest);
}
