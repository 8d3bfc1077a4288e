import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "@canarec/db-utils/database";
import { migrationStatus } from "@canarec/db-utils/migrations";
import { prepareWorktree, removeWorktree } from "@canarec/load-balancer/runtimes/process/worktree";
import { JOURNAL, requireSchema } from "@canarec/load-balancer/runtimes/schema";

/** Checkouts of the commits that services run. */
export interface ServiceBuilds {
  /**
   * @param code full commit.
   * @returns its folder, with its packages. @throws ServiceError where there can be none, or it needs a newer schema.
   */
  prepare(code: string, signal: AbortSignal): Promise<string>;
  /** Remove all but these folders. */
  prune(keep: readonly string[]): Promise<void>;
}

/** @param home absolute; they are below it, apart from the builds of inference, which the control plane removes. */
export function serviceBuilds(repository: string, home: string, database: Database): ServiceBuilds {
  const options = { repository, folder: join(home, "services") };
  return {
    async prepare(code, signal) {
      const place = await prepareWorktree(code, options, signal);
      const journal = await readFile(join(place, JOURNAL), "utf8");
      requireSchema(journal, (await migrationStatus(database)).applied);
      return place;
    },
    async prune(keep) {
      const names = await readdir(options.folder).catch((): string[] => []);
      const old = names.filter((name) => !keep.includes(join(options.folder, name)));
      for (const commit of old) await removeWorktree(commit, options);
    },
  };
}
