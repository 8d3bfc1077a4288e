import { openDatabase } from "@canarec/db-utils/database";
import {
  type ServiceReleaseRepository,
  createServiceReleaseRepository,
} from "@canarec/db-utils/releases/service-release-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Resources } from "@canarec/service-kit/lifecycle";
import { type ClusterLog, partLine } from "../cluster-log.ts";
import { CHECKOUT } from "../service-process.ts";
import { carryOutReleases, endInterrupted } from "./carry-out-releases.ts";
import {
  type ReleasableParts,
  type ReleasableService,
  releasableService,
} from "./releasable-service.ts";
import { type ServiceBuilds, serviceBuilds } from "./service-builds.ts";

/** Which code each service runs, and its change while it does. */
export interface ServiceReleases {
  /** The root of the code that a service starts with: of its release, else this checkout. */
  folderOf(service: string): string;
  /** It does not start with that: it is of this checkout from now on. */
  takeBack(service: string, reason: string): Promise<void>;
  /** It runs, and may be released from now on. */
  add(parts: ReleasableParts): void;
  /** Carry out what is asked for, until the signal. */
  begin(signal: AbortSignal): void;
}

export interface ServiceReleaseOptions {
  readonly databaseUrl: string;
  /** That refs are of. */
  readonly repository: string;
  readonly home: string;
  readonly log: ClusterLog;
  readonly signal: AbortSignal;
  /** How long a build that took over is watched; 0: not at all. */
  readonly probationMs: number;
}

/** @param opened to be opened before the services: what is under way ends when these have. */
export async function openServiceReleases(
  opened: Resources,
  { databaseUrl, repository, home, log, signal, probationMs }: ServiceReleaseOptions,
): Promise<ServiceReleases> {
  const options = { max: 2, applicationName: "canarec services" };
  const database = opened.use(await openDatabase(databaseUrl, options));
  const rows = createServiceReleaseRepository(database);
  const builds = serviceBuilds(repository, home, database);
  const now = () => new Date();
  const tell = (service: string, text: string) => log.line(partLine(service, text));
  await endInterrupted({ repository: rows, now });
  const takeBack = async (service: string, reason: string) => {
    const serving = (await rows.serving()).find((one) => one.service === service);
    if (serving === undefined) return;
    const { serviceReleaseId: id, code } = serving;
    tell(
      service,
      `is of this checkout: release ${id} (${code.slice(0, 12)}) cannot run: ${reason}`,
    );
    const notice = `Release ${id} of ${service} cannot run any longer: ${reason}\nThe checkout's own serves.`;
    await rows.change(id, { state: "rolled-back", reason, at: now(), notice });
  };
  const folders = await foldersOf(rows, builds, { takeBack, signal });
  const services = new Map<string, ReleasableService>();
  const running = { ended: Promise.resolve() };
  opened.defer(() => running.ended);
  return {
    takeBack,
    folderOf: (service) => folders.get(service) ?? CHECKOUT,
    add: (parts) => void services.set(parts.plan.name, releasableService(parts)),
    begin(until) {
      const watching = { client: database.pool, probationMs };
      const parts = { repository: rows, builds, services, now, tell, ...watching };
      running.ended = carryOutReleases(parts, until);
    },
  };
}

interface Restoring {
  readonly takeBack: (service: string, reason: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Checkouts of what serves by the record. */
async function foldersOf(
  rows: ServiceReleaseRepository,
  builds: ServiceBuilds,
  { takeBack, signal }: Restoring,
): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (const { service, code } of await rows.serving()) {
    try {
      folders.set(service, await builds.prepare(code, signal));
    } catch (failure) {
      signal.throwIfAborted();
      await takeBack(service, messageOf(failure));
    }
  }
  return folders;
}
