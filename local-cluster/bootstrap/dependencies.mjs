/**
 * Whether the installed packages are those of the lock file, decided on plain values.
 *
 * @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean,
 *   extraneous?: boolean, peer?: boolean }} Locked
 * @typedef {{ packages: Record<string, Locked> }} LockFile
 */

/**
 * The first package that is not installed as the lock file has it. Optional ones may be absent:
 * most are for other platforms.
 *
 * @param {LockFile} wanted `package-lock.json`
 * @param {LockFile | undefined} installed `node_modules/.package-lock.json`, which npm keeps
 * @returns {string | undefined} its path; undefined if all are installed.
 */
export function firstStale(wanted, installed) {
  if (installed === undefined) return "node_modules";
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (!path.startsWith("node_modules/") || entry.extraneous === true) continue;
    const present = installed.packages[path];
    if (present === undefined && entry.optional === true) continue;
    if (present === undefined || !isSame(entry, present)) return path;
  }
  return undefined;
}

function isSame(wanted, present) {
  if (wanted.link === true) return present.link === true;
  return wanted.version === present.version && wanted.integrity === present.integrity;
}
