import { existsSync, readFileSync, readdirSync, readlinkSync, realpathSync } from "node:fs";

/** Between two looks at whether all have stopped; a signal takes effect within microseconds. */
const LOOK_EVERY_MS = 1;
/** A process in the middle of a write to a slow disk stops only after it. */
const LOOKS = 100;
/** Access modes of an open file, as in fcntl.h. */
const O_ACCMODE = 3;
const O_RDONLY = 0;

/** Whether this system tells which process has which file open, as Linux does. */
export function canPauseWriters(): boolean {
  return existsSync("/proc/self/fdinfo");
}

/**
 * Hold every other process that has a file open for writing until disposed, a matter of milliseconds.
 *
 * @returns undefined where not all of them stopped; none is held then.
 */
export function pauseWriters(path: string): Disposable | undefined {
  const file = realpathSync(path);
  const held = new Set<number>();
  const release = (): void => {
    for (const pid of held) signal(pid, "SIGCONT");
  };
  for (let look = 0; look < LOOKS; look += 1) {
    // Looked for again each time: one that was not yet held may have begun another.
    const running = writersOf(file).filter((pid) => !isStopped(pid));
    if (running.length === 0) return { [Symbol.dispose]: release };
    for (const pid of running) {
      held.add(pid);
      signal(pid, "SIGSTOP");
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  }
  release();
  return undefined;
}

function writersOf(file: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => entries(`/proc/${pid}/fd`).some((fd) => isOpenForWriting(pid, fd, file)))
    .map(Number);
}

function isOpenForWriting(pid: string, fd: string, file: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== file) return false;
    const flags = /^flags:\s+([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"));
    return (parseInt(flags?.[1] ?? "0", 8) & O_ACCMODE) !== O_RDONLY;
  } catch {
    return false; // closed meanwhile
  }
}

/** Every thread of it: a process stops one thread after the other. */
function isStopped(pid: number): boolean {
  return entries(`/proc/${pid}/task`).every((thread) => {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
      return /^[TtZX]$/.test(stat.charAt(stat.lastIndexOf(")") + 2));
    } catch {
      return true; // ended meanwhile
    }
  });
}

/** None where the folder is gone or not ours to see. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ended meanwhile
  }
}
