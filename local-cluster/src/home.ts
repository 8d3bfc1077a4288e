import { existsSync, readFileSync } from "node:fs";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { makeFolder } from "@canarec/service-kit/make-folder";
import { removeClusterFile } from "./cluster-file.ts";
import { type Lock, isAlive, tryLock } from "./file-lock.ts";

/**
 * Make the folder ours alone until disposed.
 *
 * @throws ServiceError `failed_precondition` if another cluster runs there, or it cannot be made.
 */
export function occupyHome(home: string): Disposable {
  const lock = lockOf(home);
  if ("holder" in lock) {
    throw new ServiceError(
      "failed_precondition",
      `a cluster runs in ${home} already (process ${lock.holder}): stop it, or choose another --home`,
    );
  }
  removeClusterFile(home); // of a cluster that was killed
  return lock;
}

function lockOf(home: string): Lock {
  try {
    makeFolder(home);
    return tryLock(`${home}/cluster.lock`, isCluster);
  } catch (cause) {
    throw new ServiceError("failed_precondition", `cannot use ${home}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Whether a process is a cluster: its number may have gone to another since. */
function isCluster(pid: number): boolean {
  if (!isAlive(pid)) return false;
  const commandLine = `/proc/${pid}/cmdline`; // where there is none, being alive must do
  try {
    return !existsSync(commandLine) || readFileSync(commandLine, "utf8").includes("local-cluster");
  } catch {
    return false; // ended in between
  }
}
