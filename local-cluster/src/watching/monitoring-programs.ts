import { join } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import { findPrograms } from "../../bootstrap/monitoring-programs.mjs";
import { cacheFolder } from "../kafka-jars.ts";

/** Absolute paths. */
export interface MonitoringPrograms {
  readonly prometheus: string;
  readonly promtool: string;
  readonly alertmanager: string;
  readonly amtool: string;
}

/** Where fetchMonitoringPrograms unpacks Debian's packages, below the cache. */
export function unpackedPackages(cacheDir?: string): string {
  return join(cacheFolder(cacheDir), "prometheus");
}

export interface ProgramPlaces {
  /** As the variable PATH. */
  readonly path: string | undefined;
  readonly cacheDir: string | undefined;
}

/**
 * Prometheus and Alertmanager with their tools: those on the path, or those unpacked in the cache.
 *
 * @throws ServiceError `failed_precondition` that names what is not there and how to get it.
 */
export function findMonitoringPrograms(places: ProgramPlaces): MonitoringPrograms {
  const { found, problem } = findPrograms(places.path, unpackedPackages(places.cacheDir));
  const { prometheus, promtool, alertmanager, amtool } = found;
  if (problem !== undefined || !prometheus || !promtool || !alertmanager || !amtool) {
    throw new ServiceError("failed_precondition", problem ?? "unreachable: all are there");
  }
  return { prometheus, promtool, alertmanager, amtool };
}
