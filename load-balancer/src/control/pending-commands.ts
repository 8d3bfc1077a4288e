import type { Command, Observations } from "../rollout/transitions.ts";

/** What operators asked for, until it is written down or turned out to be too late. The newest of a release counts. */
export class PendingCommands {
  readonly #commands = new Map<number, Command>();

  ask(releaseId: number, command: Command): void {
    this.#commands.set(releaseId, command);
  }

  of(releaseId: number): Command | undefined {
    return this.#commands.get(releaseId);
  }

  /** This one is done with; one that came meanwhile stays. */
  settled(releaseId: number, command: Command | undefined): void {
    if (this.#commands.get(releaseId) === command) this.#commands.delete(releaseId);
  }

  /** Another controller leads: its operators will say what they want. */
  clear(): void {
    this.#commands.clear();
  }
}

/** What is seen of a release that waits for its turn. */
export const NOT_BEGUN: Observations = {
  ...{ nowMs: 0, isTurn: false, preparation: { kind: "pending" }, nightlyReady: 0, mainReady: 0 },
  ...{ settled: false, snapshotVersion: 0, leaseLost: false, nightlyGone: true },
};
