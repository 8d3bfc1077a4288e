import type { Track } from "../contract/exposure.ts";
import type { Answered } from "../proxy/data-plane.ts";
import type { TrackPool } from "../replicas/track-pool.ts";

/** One track since the start. */
export interface TrackCounts {
  /** First attempts for users assigned to it, pinned ones too. */
  readonly attempts: number;
  /** Of these: no answer, or a list that is too short. */
  readonly failures: number;
  /** Replicas that can be tried now. */
  readonly available: number;
  readonly replicas: readonly {
    readonly name: string;
    readonly available: boolean;
    readonly inFlight: number;
  }[];
}

/** Movies that the platform asks for. */
const ASKED_FOR = 20;

/** Counts first attempts by the track that the user is assigned to. */
export class FirstAttempts {
  readonly #counts = {
    main: { attempts: 0, failures: 0 },
    nightly: { attempts: 0, failures: 0 },
  };

  count({ assigned, failedAtFirst, list }: Answered): void {
    if (failedAtFirst === undefined) return;
    this.#counts[assigned].attempts += 1;
    if (failedAtFirst || list.length < ASKED_FOR) this.#counts[assigned].failures += 1;
  }

  of(track: Track, pool: TrackPool, nowMs: number): TrackCounts {
    const replicas = pool.replicas.map((replica) => ({
      name: replica.name,
      available: replica.health.availability(nowMs) !== "out",
      inFlight: replica.inFlight.recommend + replica.inFlight.api,
    }));
    const available = replicas.filter((replica) => replica.available).length;
    return { ...this.#counts[track], available, replicas };
  }
}
