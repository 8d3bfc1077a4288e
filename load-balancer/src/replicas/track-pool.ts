import { bucketOf } from "../assignment/assign-track.ts";
import type { AttemptError, Track } from "../contract/exposure.ts";
import { chooseReplica } from "./choose-replica.ts";
import type { Lane, Replica } from "./replica.ts";
import { RetryBudget } from "./retry-budget.ts";

/**
 * Waiting calls that are refused in one turn of the event loop: what follows for each, such as main in nightly's
 * place, takes as long as a request, and those of the other track shall not wait for all of them.
 */
const MOST_REFUSED = 8;

/** Waits for a replica; told once, unless it leaves the queue first. */
export interface Waiter {
  granted(replica: Replica): void;
  refused(): void;
}

export interface TrackPoolOptions {
  /** Most calls waiting for a replica, in each lane. */
  readonly queueLimit: number;
  /** Monotone. */
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly ejected: (replica: Replica, error: AttemptError) => void;
}

/**
 * The replicas of one track, with its own queues and its own retry budget: nothing that happens to
 * another track is felt here.
 */
export class TrackPool {
  readonly name: Track;
  #replicas: readonly Replica[] = [];
  readonly retries: RetryBudget;
  readonly #options: TrackPoolOptions;
  readonly #queues: Readonly<Record<Lane, Set<Waiter>>> = { recommend: new Set(), api: new Set() };

  constructor(name: Track, replicas: readonly Replica[], options: TrackPoolOptions) {
    this.name = name;
    this.#options = options;
    this.retries = new RetryBudget(0);
    this.replace(replicas);
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  /** Other replicas from now on. Who waits is served by these; what is under way elsewhere goes on. */
  replace(replicas: readonly Replica[]): void {
    this.#replicas = replicas;
    this.retries.resize(Math.max(...replicas.map((r) => r.caps.recommend), 0));
    this.wake();
  }

  /** Whether any replica could be tried now. */
  get available(): boolean {
    return this.replicas.some((r) => r.health.availability(this.#options.nowMs()) !== "out");
  }

  /** Whether a replica other than `tried` could be tried now. */
  hasAnother(tried: Replica): boolean {
    const now = this.#options.nowMs();
    return this.replicas.some((r) => r !== tried && r.health.availability(now) !== "out");
  }

  get queued(): number {
    return this.#queues.recommend.size + this.#queues.api.size;
  }

  /**
   * Take a place at a replica; give it back with `release`.
   *
   * @param avoid tried before; taken again only if there is no other.
   * @param home the user's own.
   */
  acquire(lane: Lane, avoid?: Replica, home?: Replica): Replica | "overloaded" | "no_replica" {
    const fresh = this.#choose(lane, (replica) => replica !== avoid, home);
    if (typeof fresh !== "string" || avoid === undefined) return fresh;
    const again = this.#choose(lane, (replica) => replica === avoid);
    return typeof again === "string" ? fresh : again;
  }

  /** The replica that a user is sent to while nothing speaks against it: it holds their history. */
  homeOf(userId: number): Replica | undefined {
    return this.replicas[bucketOf("replica", userId) % this.replicas.length];
  }

  /** Wait for a place. @returns false if the queue is full. */
  enqueue(lane: Lane, waiter: Waiter): boolean {
    if (this.#queues[lane].size >= this.#options.queueLimit) return false;
    this.#queues[lane].add(waiter);
    return true;
  }

  leave(lane: Lane, waiter: Waiter): void {
    this.#queues[lane].delete(waiter);
  }

  release(replica: Replica, lane: Lane): void {
    replica.inFlight[lane] -= 1;
    if (this.#queues[lane].size > 0) this.#serveQueue(lane);
  }

  succeeded(replica: Replica): void {
    replica.health.succeeded(this.#options.nowMs());
  }

  /** @param startedMs when the request that failed was sent. */
  failed(replica: Replica, error: AttemptError, startedMs: number): void {
    const nowMs = this.#options.nowMs();
    const last = !this.hasAnother(replica);
    const ejected = replica.health.failed(nowMs, error, last, startedMs);
    if (ejected || error === "refused") this.#options.ejected(replica, error);
    // Nobody else can serve: users get the popular list until one of these is tried again.
    if (ejected && last) for (const one of this.replicas) one.health.trySoon(nowMs);
    this.wake();
  }

  /** The health of a replica changed: whoever waits may now be served, or refused. */
  wake(): void {
    this.#serveQueue("recommend");
    this.#serveQueue("api");
  }

  #serveQueue(lane: Lane): void {
    let refused = 0;
    for (const waiter of this.#queues[lane]) {
      const replica = this.acquire(lane);
      if (replica === "overloaded") return;
      if (replica === "no_replica") refused += 1;
      if (refused > MOST_REFUSED) {
        setImmediate(() => this.#serveQueue(lane));
        return;
      }
      this.#queues[lane].delete(waiter);
      if (replica === "no_replica") waiter.refused();
      else waiter.granted(replica);
    }
  }

  #choose(
    lane: Lane,
    allowed: (replica: Replica) => boolean,
    home?: Replica,
  ): Replica | "overloaded" | "no_replica" {
    const nowMs = this.#options.nowMs();
    const candidates = this.replicas.filter(allowed);
    const own = home === undefined ? -1 : candidates.indexOf(home);
    const choice = chooseReplica(
      candidates.map((replica) => ({
        availability: replica.health.availability(nowMs),
        inFlight: replica.inFlight[lane],
        cap: replica.caps[lane],
      })),
      this.#options.random,
      own >= 0 ? own : undefined,
    );
    if (typeof choice === "string") return choice;
    const replica = candidates[choice];
    if (replica === undefined) return "no_replica";
    if (replica.health.availability(nowMs) === "probe") replica.health.beginProbe();
    replica.inFlight[lane] += 1;
    return replica;
  }
}
