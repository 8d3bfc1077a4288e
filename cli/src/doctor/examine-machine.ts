import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { type Examination, type Finding, ok, problem } from "./finding.ts";
import { isAtLeast, judgeDisk } from "./judge.ts";

const run = promisify(execFile);

/** The same that `npm start` asks for. */
const LEAST_NODE = [20, 19];
const LEAST_JAVA = [17];

export interface MachineParts {
  /** Of the cluster, and of backups; either may not be there. */
  readonly home: string;
  readonly backupFolder: string;
  /** Whether Kafka is ours to start, which takes Java. */
  readonly needsJava: boolean;
  readonly javaHome: string | undefined;
}

/** Versions and room of this machine. */
export function examineMachine(parts: MachineParts): readonly Examination[] {
  return [
    { check: "node", examine: () => Promise.resolve([judgeNode(process.versions.node)]) },
    { check: "java", examine: async () => [await findJava(parts)] },
    { check: "disk", examine: () => examineDisks(parts) },
  ];
}

function judgeNode(version: string): Finding {
  return isAtLeast(version, LEAST_NODE)
    ? ok("node", version)
    : problem("node", `${version} is older than 20.19`, "install Node 20.19 or newer");
}

async function findJava({ needsJava, javaHome }: MachineParts): Promise<Finding> {
  if (!needsJava) return ok("java", "not needed: KAFKA_BROKERS names a Kafka");
  const todo = "install Java 17 or newer, or set KAFKA_BROKERS to a Kafka of your own";
  const program = javaHome === undefined ? "java" : path.join(javaHome, "bin", "java");
  try {
    const { stderr, stdout } = await run(program, ["-version"]);
    const version = /version "([^"]+)"/.exec(stderr + stdout)?.[1] ?? "";
    return isAtLeast(version, LEAST_JAVA)
      ? ok("java", version)
      : problem("java", `${version} is older than 17`, todo);
  } catch {
    return problem("java", "was not found, and the embedded Kafka needs it", todo);
  }
}

async function examineDisks({ home, backupFolder }: MachineParts): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [check, folder] of [
    ["disk of the home", home],
    ["disk of backups", backupFolder],
  ] as const) {
    const { bavail, blocks, bsize } = await statfs(await nearestFolder(folder));
    findings.push(judgeDisk(check, { free: bavail * bsize, total: blocks * bsize }));
  }
  return findings;
}

/** A folder that is to be made later lies on the disk of what there is of its path. */
async function nearestFolder(folder: string): Promise<string> {
  try {
    await statfs(folder);
    return folder;
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : nearestFolder(parent);
  }
}
