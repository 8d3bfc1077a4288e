import { setTimeout as sleep } from "node:timers/promises";
import type {
  ServiceRelease,
  ServiceReleaseRepository,
} from "@canarec/db-utils/releases/service-release-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { ReleasableService } from "./releasable-service.ts";
import type { ServiceBuilds } from "./service-builds.ts";

/** Between two looks. */
const LOOK_MS = 500;

/** What a release's reason holds at most. */
const REASON_LETTERS = 1_000;

export interface CarryOutOptions {
  readonly repository: ServiceReleaseRepository;
  readonly builds: ServiceBuilds;
  readonly services: ReadonlyMap<string, ReleasableService>;
  readonly now: () => Date;
  /** One line for the operator. */
  readonly tell: (service: string, text: string) => void;
}

/**
 * Carry out releases of services, one at a time and in their order, until the signal. Each change of state is in
 * Postgres before it is acted on. While Postgres is away nothing is released.
 */
export async function carryOutReleases(
  options: CarryOutOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const worked = await carryOutNext(options, signal).catch(() => false); // Postgres is away
    if (!worked) await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns whether there was one. */
async function carryOutNext(options: CarryOutOptions, signal: AbortSignal): Promise<boolean> {
  const { repository, builds, services, now, tell } = options;
  const [release] = await repository.open();
  if (release === undefined) return false;
  const { serviceReleaseId: id, service: name, code } = release;
  const service = services.get(name);
  const to = (state: "preparing" | "replacing" | "serving", reason: string) =>
    repository.change(id, { state, reason, at: now() });
  let touched = false;
  try {
    if (service === undefined) throw new Error(`${name} does not run here`);
    await to("preparing", `a checkout of ${code.slice(0, 12)} is made`);
    const folder = await builds.prepare(code, signal);
    await to("replacing", "it is started beside what serves");
    touched = true;
    await service.release(folder);
    await to("serving", "it took over");
    tell(name, `is of commit ${code.slice(0, 12)} now, release ${id} of a service`);
  } catch (failure) {
    if (signal.aborted) return false; // the next start finds it and says so
    await takeBack(release, touched, messageOf(failure), options);
  }
  await builds.prune([...services.values()].map((one) => one.folder()));
  return true;
}

async function takeBack(
  { serviceReleaseId: id, service, code, ref }: ServiceRelease,
  touched: boolean,
  why: string,
  { repository, now, tell }: CarryOutOptions,
): Promise<void> {
  const reason = why.slice(0, REASON_LETTERS);
  const state = touched ? "rolled-back" : "failed";
  const notice =
    `Release ${id} of ${service} (${ref}, ${code.slice(0, 12)}) did not take over: ${reason}\n` +
    "What served before serves on. canarec release services";
  await repository.change(id, { state, reason, at: now(), notice });
  tell(service, `release ${id} did not take over: ${reason}`);
}

/** What an earlier run of the cluster left half done: all of it was started anew since. */
export async function endInterrupted({
  repository,
  now,
}: Pick<CarryOutOptions, "repository" | "now">): Promise<void> {
  for (const { serviceReleaseId: id, state } of await repository.open()) {
    if (state === "queued") continue;
    const reason = "the cluster ended while it was carried out";
    await repository.change(id, { state: "rolled-back", reason, at: now() });
  }
}
