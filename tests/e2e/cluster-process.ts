import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";

const ROOT = join(import.meta.dirname, "..", "..");
const POLL_MS = 200;

/** A run of `npm start` as a user has it. */
export interface ClusterProcess {
  /** What it has written until now, both streams. */
  output(): string;
  /** Resolves when it is ready; rejects with its output if it ends before. */
  ready(): Promise<ClusterFile>;
  /** Resolves to its exit code when it has ended. */
  ended(): Promise<number | null>;
}

/** Run `npm start -- …` of a folder with a home. Variables are set over ours; undefined removes one. */
export function npmStart(
  home: string,
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>> = {},
  folder = ROOT,
): ClusterProcess {
  const npm = spawn("npm", ["start", "--", "--home", home, ...args], {
    cwd: folder,
    env: { ...process.env, CI: undefined, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  npm.stdout.on("data", (bytes: Buffer) => output.push(bytes.toString()));
  npm.stderr.on("data", (bytes: Buffer) => output.push(bytes.toString()));
  const closed = once(npm, "close");
  return {
    output: () => output.join(""),
    ready: () => ready(npm, home, () => output.join("")),
    ended: async () => {
      await closed;
      return npm.exitCode;
    },
  };
}

async function ready(npm: ChildProcess, home: string, output: () => string): Promise<ClusterFile> {
  for (;;) {
    const file = output().includes("Canarec is ready") ? readClusterFile(home) : undefined;
    if (file !== undefined) return file;
    if (npm.exitCode !== null) throw new Error(`npm start ended:\n${output()}`);
    await sleep(POLL_MS);
  }
}

/** Ask until it holds; the test's time limit ends it. */
export async function eventually<T>(ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    await sleep(POLL_MS);
  }
}
