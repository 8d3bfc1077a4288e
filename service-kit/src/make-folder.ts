import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Make a folder and those above it that are absent, as somebody named it. Node's own recursive `mkdir` never returns where a
 * file system makes no folders, as `/proc`.
 *
 * @param mode of each folder that is made, less what the process masks.
 * @throws the file system's error for the first that cannot be made.
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (make(path, mode)) return;
  makeFolder(dirname(path), mode);
  make(path, mode);
}

/** False where the folder above is absent. */
function make(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (isFolder(path)) return true; // was there: some systems say so by another code than EEXIST
    if (code !== "ENOENT" || isFolder(dirname(path))) throw failure;
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
