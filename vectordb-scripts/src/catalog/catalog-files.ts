import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import { demoCatalogPath } from "./demo-catalog.ts";

/** What stands beside a MovieLens `movies.csv` and is no catalogue of its own. */
const MOVIELENS_FILES = new Set(["links.csv", "tags.csv", "ratings.csv"]);

/**
 * The catalogue files that a path names: itself, those of a folder in order of their names, or the
 * demo catalogue for `demo`.
 *
 * @throws ServiceError "invalid_argument" when there is none.
 */
export async function catalogFiles(path: string): Promise<string[]> {
  if (path === "demo") return [demoCatalogPath()];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path);
    const found = names.filter(isCatalogFile).sort();
    if (found.length > 0) return found.map((name) => join(path, name));
  } catch (cause) {
    throw unusablePath(path, cause);
  }
  throw new ServiceError("invalid_argument", `no catalogue file (.json, .jsonl, .csv) in ${path}`);
}

function isCatalogFile(name: string): boolean {
  return /\.(json|jsonl|ndjson|csv)$/i.test(name) && !MOVIELENS_FILES.has(name);
}
