import { setTimeout as sleep } from "node:timers/promises";
import type {
  ServiceRelease,
  ServiceReleaseRepository,
} from "@canarec/db-utils/releases/service-release-repository";
import { messageOf } from "@canarec/service-kit/errors";
import { type Probation, type ProbationOptions, openProbation } from "./probations.ts";
import type { ReleasableService } from "./releasable-service.ts";
import type { ServiceBuilds } from "./service-builds.ts";

/** Between two looks. */
const LOOK_MS = 500;

/** Between two looks at the work of what is watched: answers are counted anew each time. */
const PROBATION_LOOK_MS = 2_000;

/** What a release's reason holds at most. */
const REASON_LETTERS = 1_000;

export interface CarryOutOptions extends Pick<ProbationOptions, "client" | "probationMs"> {
  readonly repository: ServiceReleaseRepository;
  readonly builds: ServiceBuilds;
  readonly services: ReadonlyMap<string, ReleasableService>;
  readonly now: () => Date;
  /** One line for the operator. */
  readonly tell: (service: string, text: string) => void;
}

/** Builds that are watched, by service. */
type Probations = Map<string, Probation>;

/**
 * Carry out releases of services, one at a time and in their order, until the signal; watch each for a while, and take it
 * back where it does worse than the one before. Each change of state is in Postgres before it is acted on, but for that.
 * While Postgres is away nothing is released.
 */
export async function carryOutReleases(
  options: CarryOutOptions,
  signal: AbortSignal,
): Promise<void> {
  const probations: Probations = new Map();
  let lookedAtMs = performance.now();
  while (!signal.aborted) {
    const worked = await carryOutNext(options, probations, signal).catch(() => false); // Postgres is away
    if (performance.now() - lookedAtMs >= PROBATION_LOOK_MS) {
      await lookAtProbations(options, probations, signal).catch(() => undefined);
      lookedAtMs = performance.now();
    }
    if (!worked) await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns whether there was one. */
async function carryOutNext(
  options: CarryOutOptions,
  probations: Probations,
  signal: AbortSignal,
): Promise<boolean> {
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
    const probation = await openProbation(release, service.folder(), options);
    touched = true;
    await service.release(folder);
    await to("serving", "it took over");
    probations.set(name, probation);
    tell(name, `is of commit ${code.slice(0, 12)} now, release ${id} of a service`);
  } catch (failure) {
    if (signal.aborted) return false; // the next start finds it and says so
    await takeBack(release, touched, messageOf(failure), options);
  }
  await builds.prune([
    ...[...services.values()].map((one) => one.folder()),
    ...[...probations.values()].map((one) => one.folderBefore),
  ]);
  return true;
}

/** End those that are over, and take back what does worse. */
async function lookAtProbations(
  options: CarryOutOptions,
  probations: Probations,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, probation] of probations) {
    const why = await probation.whyWorse();
    if (signal.aborted) return;
    const isOver = options.now().getTime() >= probation.endsAtMs;
    if (why === undefined && !isOver) continue;
    probations.delete(name);
    if (why !== undefined) await goBack(probation, why, options);
  }
}

/** What served before serves again. */
async function goBack(
  { release, folderBefore }: Probation,
  why: string,
  { repository, services, now, tell }: CarryOutOptions,
): Promise<void> {
  const { serviceReleaseId: id, service, code, ref } = release;
  const named = `Release ${id} of ${service} (${ref}, ${code.slice(0, 12)})`;
  try {
    await services.get(service)?.release(folderBefore);
  } catch (failure) {
    const reason = `it does worse (${why}) and could not be taken back: ${messageOf(failure)}`;
    tell(service, `release ${id}: ${reason}`);
    const notice = `${named} serves, but ${reason.slice(0, REASON_LETTERS)}\ncanarec release services`;
    await repository.note(id, { at: now(), notice });
    return;
  }
  const reason = `taken back, as it did worse: ${why}`.slice(0, REASON_LETTERS);
  const notice = `${named} was ${reason}\nWhat served before serves again. canarec release services`;
  await repository.takeBack(id, { reason, at: now(), notice });
  tell(service, `release ${id} was ${reason}`);
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
