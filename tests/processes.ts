import { existsSync, readFileSync, readdirSync } from "node:fs";

/** The processes that have this text in their command line or environment, ours excepted. */
export function processesOf(text: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const command = readProc(`/proc/${pid}/cmdline`);
    const environment = readProc(`/proc/${pid}/environ`);
    const ended = command === "" && environment === "";
    if (!ended && (command.includes(text) || environment.includes(text))) {
      found.push(`${pid} ${command.replaceAll("\0", " ")}`);
    }
  }
  return found;
}

/** Empty for a process that has ended meanwhile. */
function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Whether this system tells about its processes as Linux does. */
export function canListProcesses(): boolean {
  return existsSync("/proc/self/environ");
}
