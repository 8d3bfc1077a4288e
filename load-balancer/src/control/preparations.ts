import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { isConnectionFailure } from "@canarec/db-utils/connection-errors";
import { messageOf } from "@canarec/service-kit/errors";
import type { Observations } from "../rollout/transitions.ts";
import type { RolloutState } from "../rollout/rollout.ts";
import type { Runtime } from "../runtimes/runtime.ts";

type Preparation = Observations["preparation"];

/** Code and bundle; a first build installs dependencies. */
const LIMIT_MS = 900_000;

/** Code and bundle of releases, made in the background; done again by whoever leads next. */
export class Preparations {
  readonly #runtime: Runtime;
  readonly #releases: Pick<ReleaseRepository, "setBundle">;
  readonly #known = new Map<number, Preparation>();

  constructor(runtime: Runtime, releases: Pick<ReleaseRepository, "setBundle">) {
    this.#runtime = runtime;
    this.#releases = releases;
  }

  of(release: Release, state: RolloutState): Preparation {
    const { releaseId } = release;
    const known = this.#known.get(releaseId);
    if (known !== undefined) return known;
    if (state !== "preparing") return { kind: "pending" };
    this.#known.set(releaseId, { kind: "pending" });
    void this.#prepare(release).then(
      () => this.#known.set(releaseId, { kind: "done" }),
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

  async #prepare(release: Release): Promise<void> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    await this.#runtime.prepare(release.code, signal);
    if (release.bundleId !== null) return;
    const bundleId = await this.#runtime.buildBundle(release.code, signal);
    await this.#releases.setBundle(release.releaseId, bundleId);
  }
}
