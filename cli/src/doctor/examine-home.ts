import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { listBackups } from "@canarec/db-utils/backup/stored-backups";
import { isFree } from "@canarec/local-cluster/port";
import { type Examination, type Finding, ok, problem, warning } from "./finding.ts";
import { judgeBackups } from "./judge.ts";

export interface HomeParts {
  readonly home: string;
  readonly backupFolder: string;
  readonly tokenFile: string;
  /** Of the cluster of that home, where one runs: then its secrets must be there and its port is its own. */
  readonly publicUrl: string | undefined;
  readonly now: () => Date;
}

/** The port that `npm start` serves users on unless told otherwise. */
const PUBLIC_PORT = 8_082;

/** What lies in the home: secrets, backups; and whether the public port is there to be had. */
export function examineHome(parts: HomeParts): readonly Examination[] {
  return [
    { check: "secrets", examine: () => examineSecrets(parts) },
    { check: "backups", examine: () => examineBackups(parts) },
    { check: "port", examine: async () => [await examinePort(parts)] },
  ];
}

async function examineSecrets({
  home,
  tokenFile,
  publicUrl,
}: HomeParts): Promise<readonly Finding[]> {
  const files = [path.join(home, "cluster.json"), ...(await secretFiles(home, tokenFile))];
  const findings: Finding[] = [];
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    const check = `secret ${path.basename(file)}`;
    if (found === undefined) {
      if (publicUrl === undefined) continue;
      findings.push(
        problem(
          check,
          `${file} is not there though a cluster runs`,
          "start the cluster again: it makes it",
        ),
      );
    } else if (found.isFile()) {
      findings.push(judgeMode(check, file, found.mode));
    }
  }
  return findings.length > 0 ? findings : [ok("secrets", `none in ${home} yet`)];
}

/** Those that are made when the home is, and stay. */
async function secretFiles(home: string, tokenFile: string): Promise<readonly string[]> {
  const folder = path.join(home, "secrets");
  const names = await readdir(folder).catch(() => []);
  return [tokenFile, ...names.map((name) => path.join(folder, name))];
}

/** Of the oldest of the files, in ms; null where none is there. */
async function ageOf(files: readonly string[], now: Date): Promise<number | null> {
  const found = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  const times = found.flatMap((one) => (one === undefined ? [] : [one.mtimeMs]));
  return times.length === 0 ? null : now.getTime() - Math.min(...times);
}

/** Its owner alone may read a secret. */
function judgeMode(check: string, file: string, mode: number): Finding {
  const bits = (mode & 0o777).toString(8).padStart(4, "0");
  return (mode & 0o077) === 0
    ? ok(check, `mode ${bits}`)
    : problem(
        check,
        `${file} has mode ${bits}: others may read it`,
        `chmod 600 ${file}, and make a new one: it may have been read`,
      );
}

async function examineBackups({
  home,
  backupFolder,
  tokenFile,
  now,
}: HomeParts): Promise<readonly Finding[]> {
  const { backups, unreadable } = await listBackups(backupFolder);
  const proven = backups.find(({ verification }) => verification !== null);
  const ageMs = proven === undefined ? null : now().getTime() - proven.createdAt.getTime();
  const isBare = backups.length + unreadable.length === 0;
  const homeAgeMs = isBare ? await ageOf(await secretFiles(home, tokenFile), now()) : null;
  return [
    judgeBackups(backupFolder, ageMs, homeAgeMs),
    ...unreadable.map(({ folder, reason }) =>
      warning(`backup ${path.basename(folder)}`, reason, `it cannot be restored: remove ${folder}`),
    ),
  ];
}

async function examinePort({ publicUrl }: HomeParts): Promise<Finding> {
  if (publicUrl !== undefined) {
    const { port } = new URL(publicUrl);
    return ok(`port ${port}`, "the cluster's own: see service load-balancer");
  }
  const check = `port ${PUBLIC_PORT}`;
  if (await isFree(PUBLIC_PORT)) return ok(check, "free");
  return warning(
    check,
    "somebody listens there though no cluster of this home runs",
    "end that program, or start with --port",
  );
}
