/**
 * Where Prometheus and Alertmanager are, looked for before anything is installed. Dependency-free.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** As Debian calls each, then as others do. */
const NAMES = {
  prometheus: ["prometheus"],
  promtool: ["promtool"],
  alertmanager: ["prometheus-alertmanager", "alertmanager"],
  amtool: ["amtool"],
};

/**
 * Both with their tools: those on the path, or those unpacked in the cache.
 *
 * @param {string | undefined} path as the variable PATH.
 * @param {string} unpacked the folder in which Debian's packages were unpacked; it may be absent.
 * @returns absolute paths of those that are there, by name; and what is not there with how to get it, undefined where all are.
 */
export function findPrograms(path, unpacked) {
  const folders = [
    ...(path ?? "").split(delimiter).filter((folder) => folder !== ""),
    join(unpacked, "usr", "bin"),
  ];
  const found = {};
  for (const [program, names] of Object.entries(NAMES)) {
    const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
    const there = paths.find(isExecutable);
    if (there !== undefined) found[program] = there;
  }
  const absent = Object.keys(NAMES).filter((program) => found[program] === undefined);
  if (absent.length === 0) return { found, problem: undefined };
  const problem =
    `${absent.join(" and ")} not found: on Debian, apt-get install prometheus prometheus-alertmanager, ` +
    "or start without --with-monitoring";
  return { found, problem };
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
