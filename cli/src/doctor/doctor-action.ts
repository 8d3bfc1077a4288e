import path from "node:path";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { openModel } from "../catalog/open-model.ts";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findBackups } from "../database/find-backups.ts";
import { type Servers, findHome, findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { counted } from "../output/words.ts";
import { examineHome } from "./examine-home.ts";
import { examineMachine } from "./examine-machine.ts";
import { examinePostgres } from "./examine-postgres.ts";
import { examineServices } from "./examine-services.ts";
import { examineStream } from "./examine-stream.ts";
import { examineVectors } from "./examine-vectors.ts";
import { type Examination, type Finding, ok, problem } from "./finding.ts";
import { remediesOf } from "./remedies.ts";

/** What `canarec doctor` tells. */
export interface Diagnosis {
  readonly problems: number;
  readonly warnings: number;
  readonly checks: readonly Finding[];
}

/** So long a part may take; whole bundles are read. */
const LIMIT_MS = 60_000;
/** Of Kafka, which has little to tell. */
const KAFKA_LIMIT_MS = 15_000;

const MEND = "mend what it names, then canarec doctor once more";

/**
 * `canarec doctor`: works whatever is down.
 *
 * @throws ServiceError "failed_precondition" where there is a problem, after all was told.
 */
export async function doctorAction(context: CliContext, options: CommonOptions): Promise<void> {
  const parts = await Promise.all(examinationsOf(context, options).map(examined));
  const checks = parts.flat();
  const count = (state: Finding["state"]) => checks.filter((one) => one.state === state).length;
  const diagnosis = { problems: count("problem"), warnings: count("warning"), checks };
  printResult<Diagnosis>(context, options, diagnosis, inWords);
  if (diagnosis.problems > 0) {
    throw new ServiceError("failed_precondition", counted(diagnosis.problems, "problem"));
  }
}

/** A part that fails, or takes too long, is a problem by itself and hides no other. */
async function examined(examination: Examination): Promise<readonly Finding[]> {
  const { check, examine, todo = MEND, limitMs = LIMIT_MS } = examination;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
  });
  try {
    return await Promise.race([examine(), late]);
  } catch (failure) {
    return [problem(check, messageOf(failure), todo)];
  } finally {
    clearTimeout(timer);
  }
}

function examinationsOf(context: CliContext, options: CommonOptions): readonly Examination[] {
  const { config, home } = findHome(context, options);
  const ownServers = [config.databaseUrl, config.kafkaBrokers, config.chromaUrl];
  const cluster = clusterOf(home, !ownServers.includes(undefined));
  const servers = known(() => findServers(context, options)); // not where cluster.json is damaged
  const place = known(() => findBackups(context, options)); // likewise
  const backups = place?.folder ?? path.join(home, "backups");
  const token = config.controlTokenFile ?? path.join(home, "control-token");
  return [
    ...examineMachine({
      ...{ home, backupFolder: backups, javaHome: context.env["JAVA_HOME"] },
      needsJava: config.kafkaBrokers === undefined,
    }),
    { check: "cluster", examine: () => Promise.resolve(cluster.findings) },
    ...examineHome({
      ...{ home, backupFolder: backups, tokenFile: path.resolve(context.folder, token) },
      ...{ publicUrl: cluster.running?.publicUrl, now: () => new Date() },
    }),
    ...(servers === null ? [] : serverExaminations(servers, cluster.running)),
    {
      check: "services",
      examine: () =>
        cluster.running === undefined ? Promise.resolve([]) : examineServices(cluster.running),
    },
  ];
}

/** Of the servers whose address the environment or a running cluster gives. */
function serverExaminations(
  servers: Servers,
  cluster: ClusterFile | undefined,
): readonly Examination[] {
  const databaseUrl = known(() => servers.databaseUrl());
  const brokers = known(() => servers.brokers());
  const chromaUrl = known(() => servers.chromaUrl());
  const { streamTopic: topic } = servers;
  const modelVersion = async () => (await openModel(servers)).version;
  const todo = remediesOf(servers, cluster);
  const all: (Examination | false)[] = [
    databaseUrl !== null && {
      ...{ check: "postgres", todo: todo.postgres },
      examine: () => examinePostgres(databaseUrl, todo.postgres),
    },
    brokers !== null && {
      ...{ check: "kafka", todo: todo.kafka, limitMs: KAFKA_LIMIT_MS },
      examine: () => examineStream({ brokers, topic, databaseUrl, todo: todo.kafka }),
    },
    chromaUrl !== null && {
      ...{ check: "chroma", todo: todo.chroma },
      examine: () => examineVectors({ chromaUrl, databaseUrl, modelVersion, todo: todo.chroma }),
    },
  ];
  return all.filter((one) => one !== false);
}

function known<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch {
    return null;
  }
}

/** The cluster that runs, and what is to be said where none does. */
function clusterOf(
  home: string,
  hasOwnServers: boolean,
): {
  readonly running: ClusterFile | undefined;
  readonly findings: readonly Finding[];
} {
  const todo =
    "npm start, or name servers of your own by DATABASE_URL, KAFKA_BROKERS and CHROMA_URL";
  let file: ClusterFile | undefined;
  try {
    file = readClusterFile(home);
  } catch (failure) {
    return { running: undefined, findings: [problem("cluster", messageOf(failure), todo)] };
  }
  if (file === undefined && hasOwnServers) {
    return {
      running: undefined,
      findings: [ok("cluster", "none: servers of one's own are named")],
    };
  }
  if (file === undefined) {
    return { running: undefined, findings: [problem("cluster", `none runs in ${home}`, todo)] };
  }
  if (!isAlive(file.pid)) {
    const says = `that of ${home} was killed: its process ${file.pid} is gone`;
    return { running: undefined, findings: [problem("cluster", says, todo)] };
  }
  return { running: file, findings: [ok("cluster", `runs in ${home} since ${file.startedAt}`)] };
}

const MARKS: Readonly<Record<Finding["state"], string>> = {
  ok: "ok      ",
  warning: "WARNING ",
  problem: "PROBLEM ",
};

function inWords({ checks, problems, warnings }: Diagnosis): string {
  const lines = checks.flatMap(({ check, state, says, todo }) => [
    `${MARKS[state]}${check}: ${says}`,
    ...(todo === null ? [] : [`        → ${todo}`]),
  ]);
  return [...lines, "", `${counted(problems, "problem")}, ${counted(warnings, "warning")}.`].join(
    "\n",
  );
}
