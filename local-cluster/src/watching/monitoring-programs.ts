import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import { cacheFolder } from "../kafka-jars.ts";

/** Absolute paths. */
export interface MonitoringPrograms {
  readonly prometheus: string;
  readonly promtool: string;
  readonly alertmanager: string;
  readonly amtool: string;
}

/** As Debian calls each, then as others do. */
const NAMES: Readonly<Record<keyof MonitoringPrograms, readonly string[]>> = {
  prometheus: ["prometheus"],
  promtool: ["promtool"],
  alertmanager: ["prometheus-alertmanager", "alertmanager"],
  amtool: ["amtool"],
};

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
  const folders = [
    ...(places.path ?? "").split(delimiter).filter((folder) => folder !== ""),
    join(unpackedPackages(places.cacheDir), "usr", "bin"),
  ];
  const found = Object.entries(NAMES).map(([program, names]) => {
    const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
    return [program, paths.find(isExecutable)] as const;
  });
  const absent = found.filter(([, path]) => path === undefined).map(([program]) => program);
  if (absent.length > 0) {
    throw new ServiceError(
      "failed_precondition",
      `${absent.join(" and ")} not found: on Debian, apt-get install prometheus prometheus-alertmanager, ` +
        "or start without --with-monitoring",
    );
  }
  return Object.fromEntries(found) as unknown as MonitoringPrograms;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
