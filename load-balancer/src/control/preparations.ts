import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { isConnectionFailure } from "@canarec/db-utils/connection-errors";
import { messageOf } from "@canarec/service-kit/errors";
import type { Observations } from "../rollout/transitions.ts";
import type { RolloutState } from "../rollout/rollout.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { type GateParts, askGate } from "./ask-gate.ts";

type Preparation = Observations["preparation"];

/** Code, bundle and gate; a first build installs dependencies. */
const LIMIT_MS = 3_600_000;

export interface PreparationsParts extends GateParts {
  readonly runtime: Runtime;
  readonly releases: Pick<ReleaseRepository, "setBundle" | "mains">;
}

/**
 * Code and bundle of releases, made in the background, and held against main's by the offline gate; done
 * again by whoever leads next.
 */
export class Preparations {
  readonly #parts: PreparationsParts;
  readonly #known = new Map<number, Preparation>();

  constructor(parts: PreparationsParts) {
    this.#parts = parts;
  }

  of(release: Release, state: RolloutState): Preparation {
    const { releaseId } = release;
    const known = this.#known.get(releaseId);
    if (known !== undefined) return known;
    if (state !== "preparing") return { kind: "pending" };
    this.#known.set(releaseId, { kind: "pending" });
    void this.#prepare(release).then(
      (note) => this.#known.set(releaseId, { kind: "done", note }),
      (failure: unknown) => {
        // Postgres is away: nothing is wrong with the build, and it is tried again.
        if (isConnectionFailure(failure)) this.#known.delete(releaseId);
        else {
          const reason = messageOf(failure);
          this.#known.set(releaseId, { kind: "failed", reason, lastLines: [] });
        }
      },
    );
    return { kind: "pending" };
  }

  /** @returns what the gate said. */
  async #prepare(release: Release): Promise<string> {
    const { runtime } = this.#parts;
    const signal = AbortSignal.timeout(LIMIT_MS);
    await runtime.prepare(release.code, signal);
    const bundleId = release.bundleId ?? (await this.#buildBundle(release, signal));
    const { verdict, reason } = await askGate(release, bundleId, this.#parts, signal);
    return `the offline gate: ${verdict}, ${reason}`;
  }

  async #buildBundle({ releaseId, code }: Release, signal: AbortSignal): Promise<string> {
    const { runtime, releases } = this.#parts;
    const bundleId = await runtime.buildBundle(code, signal);
    await releases.setBundle(releaseId, bundleId);
    return bundleId;
  }
}
