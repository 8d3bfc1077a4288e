import { readFileSync, readdirSync } from "node:fs";

/** Clock ticks a second that the kernel's process table counts in; 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;

/** CPU seconds used so far by a process, its living descendants, and those of its own that have ended. */
export function cpuSeconds(root: number): number {
  const table = processTable();
  let ticks = 0;
  for (const pid of descendants(root, table)) {
    const row = table.get(pid);
    if (row !== undefined) ticks += row.ownTicks + row.endedChildrenTicks;
  }
  return ticks / TICKS_PER_SECOND;
}

interface ProcessRow {
  readonly parent: number;
  readonly ownTicks: number;
  readonly endedChildrenTicks: number;
}

function processTable(): Map<number, ProcessRow> {
  const table = new Map<number, ProcessRow>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // After the command's name, which may hold blanks: state, parent, …, utime, stime, cutime, cstime.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const at = (index: number) => Number(fields[index]);
      table.set(Number(name), {
        parent: at(1),
        ownTicks: at(11) + at(12),
        endedChildrenTicks: at(13) + at(14),
      });
    } catch {
      continue; // ended meanwhile
    }
  }
  return table;
}

function descendants(root: number, table: ReadonlyMap<number, ProcessRow>): number[] {
  const found = [root];
  for (const pid of found) {
    for (const [child, row] of table) if (row.parent === pid) found.push(child);
  }
  return found;
}
