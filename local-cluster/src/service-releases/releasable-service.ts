import type { ServiceSurroundings } from "../service-process.ts";
import type { ServicePlan } from "../services.ts";
import type { KeptProcess } from "../supervise.ts";
import { replaceProcess } from "./replace-process.ts";
import { replaceWorkers } from "./replace-workers.ts";

/** A service of the cluster whose code may be replaced while it runs. */
export interface ReleasableService {
  /** Of the code that runs; started again, it is of this folder. */
  folder(): string;
  /** Let the code of another folder take over. @throws ServiceError with why it has not; what ran before runs. */
  release(folder: string): Promise<void>;
}

export interface ReleasableParts {
  readonly plan: ServicePlan;
  readonly kept: KeptProcess;
  /** What each start uses; a release changes the folder. */
  readonly surroundings: ServiceSurroundings & { folder: string };
}

export function releasableService(parts: ReleasableParts): ReleasableService {
  const { plan, surroundings } = parts;
  const replace = plan.name === "load-balancer" ? replaceWorkers : replaceProcess;
  return {
    folder: () => surroundings.folder,
    async release(folder) {
      await replace(parts, folder);
      surroundings.folder = folder;
    },
  };
}
