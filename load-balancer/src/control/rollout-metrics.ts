import { Gauge, type Registry } from "@canarec/service-kit/metrics";
import { sharedAnswer } from "@canarec/service-kit/shared-answer";
import type { Track } from "../contract/exposure.ts";
import { ROLLOUT_STATES, type RolloutState } from "../rollout/rollout.ts";

/** Where releases stand, as Postgres has it. */
export interface ReleaseView {
  /** The release under way; without one main, whose way back may be open. */
  readonly current:
    | {
        readonly releaseId: number;
        readonly state: RolloutState;
        readonly step: number;
        readonly window: number;
        readonly sinceMs: number;
      }
    | undefined;
  /** Releases that are queued. */
  readonly waiting: number;
  /** What each track serves, or is to serve. */
  readonly tracks: readonly {
    readonly track: Track;
    readonly releaseId: number;
    readonly build: string;
    readonly bundle: string | null;
  }[];
  /** Replicas that are not over, by their state. */
  readonly replicas: readonly ("starting" | "ready" | "draining")[];
}

const REPLICA_STATES = ["starting", "ready", "draining"] as const;

type Current = NonNullable<ReleaseView["current"]>;

/** What is told of the release under way, by name. */
const OF_CURRENT: Readonly<Record<string, readonly [string, (current: Current) => number]>> = {
  canarec_rollout_release_id: ["The release under way, or main's", (one) => one.releaseId],
  canarec_rollout_step: ["Step of its plan, from 1; 0 before", (one) => one.step],
  canarec_rollout_window: ["Its evaluation window, from 1; 0 before", (one) => one.window],
  canarec_rollout_state_since_timestamp_seconds: [
    "When its state, or the step within it, began",
    (one) => one.sinceMs / 1_000,
  ],
};

/**
 * Tell where releases stand whenever somebody asks, by what Postgres says. What it does not say is absent.
 *
 * @param read those who ask at the same time share one answer.
 */
export function watchRollouts(
  registry: Registry,
  read: () => Promise<ReleaseView | undefined>,
): void {
  const ask = sharedAnswer(() => read().catch(() => undefined));
  const gauge = <Label extends string>(
    name: string,
    [help, labelNames]: readonly [string, readonly Label[]],
    fill: (gauge: Gauge<Label>, view: ReleaseView) => void,
  ) =>
    new Gauge<Label>({
      ...{ name, help, labelNames, registers: [registry] },
      async collect() {
        const view = await ask();
        if (labelNames.length > 0) this.reset();
        else this.remove();
        if (view !== undefined) fill(this, view);
      },
    });
  for (const [name, [help, valueOf]] of Object.entries(OF_CURRENT)) {
    gauge(name, [help, []], (one, { current }) => current && one.set(valueOf(current)));
  }
  gauge(
    "canarec_rollout_state",
    ["1 for the state of the release under way, or of main; 0 for every other", ["state"]],
    (one, { current }) => {
      for (const state of ROLLOUT_STATES) one.set({ state }, Number(current?.state === state));
    },
  );
  gauge("canarec_releases_waiting", ["Releases that are queued", []], (one, { waiting }) =>
    one.set(waiting),
  );
  gauge(
    "canarec_track_build_info",
    ["1; what each track serves", ["track", "release", "build", "bundle"]],
    (one, { tracks }) => {
      for (const { track, releaseId, build, bundle } of tracks) {
        one.set({ track, release: String(releaseId), build, bundle: bundle ?? "none" }, 1);
      }
    },
  );
  gauge("canarec_replicas", ["Replicas by their state", ["state"]], (one, { replicas }) => {
    for (const state of REPLICA_STATES) {
      one.set({ state }, replicas.filter((each) => each === state).length);
    }
  });
}
