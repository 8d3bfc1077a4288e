import { readFileSync } from "node:fs";
import { join } from "node:path";
import { insertNotice } from "@canarec/db-utils/notices/notice-repository";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import type { ClusterFile } from "@canarec/local-cluster/cluster-file";
import { freePort } from "@canarec/local-cluster/port";
import pg from "pg";
import { canarec } from "../integration/cli/canarec.ts";
import { dying, gone } from "../integration/monitoring/slack-double.ts";
import type { CanarySecrets } from "./canary-secrets.ts";
import { eventually, npmStart } from "./cluster-process.ts";

/** A cluster that runs, with the secrets that it was given. */
export interface SecretiveCluster {
  readonly home: string;
  readonly file: ClusterFile;
  readonly secrets: CanarySecrets;
}

const PATHS = ["/metrics", "/readyz", "/status", "/releases", "/audit", "/tokens", "/routing"];

const secretOf = ({ secrets }: SecretiveCluster, name: string): string =>
  secrets.values[name] ?? "";
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Status, headers and body of what every service and replica answers on paths that all or some of them have. */
export async function answersOf(
  { file, home }: SecretiveCluster,
  headers: Readonly<Record<string, string>>,
): Promise<string[]> {
  const replicas = readStates(home).filter(isLive);
  const urls = [...Object.values(file.services), ...replicas].flatMap(({ url }) => url ?? []);
  const asked = urls.flatMap((url) => PATHS.map((path) => answerOf(url + path, { headers })));
  return Promise.all(asked);
}

async function answerOf(url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, init);
  return JSON.stringify([answer.status, [...answer.headers], await answer.text()]);
}

/** What clients, strangers and operators are answered who ask for what they do not get, or are let in. */
export async function provokeAnswers(cluster: SecretiveCluster): Promise<string[]> {
  const { file } = cluster;
  const stranger = bearer(secretOf(cluster, "wrong token"));
  const query = `?token=${secretOf(cluster, "query of a client")}`;
  const client = { headers: { ...stranger, cookie: secretOf(cluster, "cookie of a client") } };
  const operator = bearer(secretOf(cluster, "token of the control plane"));
  const headers = { ...operator, "content-type": "application/json" };
  const bodies = [
    JSON.stringify({ ref: "no-such-ref", actor: "me" }),
    JSON.stringify({ ref: "HEAD", plan: "no-such-plan", actor: "me" }),
    "{",
  ];
  const answers = [
    ...["/recommend/abc", "/nowhere", "/recommend/42"].map((path) =>
      answerOf(file.publicUrl + path + query, client),
    ),
    ...bodies.map((body) =>
      answerOf(`${file.controlUrl ?? ""}/releases`, { method: "POST", headers, body }),
    ),
  ];
  const watcher = bearer(secretOf(cluster, "token of the metrics"));
  const all = [stranger, operator, watcher].map((headers) => answersOf(cluster, headers));
  return [...(await Promise.all(answers)), ...(await Promise.all(all)).flat()];
}

/** What a command or a start of a cluster said, and that it failed. */
export interface Failed {
  readonly code: number | null;
  readonly output: string;
}

/** Two commands and a cluster of another home: with a wrong password, or for what is not there. */
export async function provokeCommands(
  cluster: SecretiveCluster,
  otherHome: string,
): Promise<Failed[]> {
  const { file, home, secrets } = cluster;
  const url = new URL(file.postgresUrl);
  url.password = secretOf(cluster, "wrong password");
  const token = { CONTROL_TOKEN_FILE: secrets.variables["CONTROL_TOKEN_FILE"] ?? "" };
  const commands = [
    await canarec(["db", "status"], { env: { DATABASE_URL: url.href } }),
    await canarec(["release", "submit", "--ref", "no-such-ref", "--home", home], { env: token }),
  ];
  const other = npmStart(otherHome, ["--no-simulator", "--port", String(await freePort())], {
    ...{ ...secrets.variables, DATABASE_URL: url.href },
    ...{ KAFKA_BROKERS: file.kafkaBrokers, CHROMA_URL: file.chromaUrl },
  });
  const code = await other.ended();
  return [
    ...commands.map(({ code, out, err }) => ({ code, output: out + err })),
    { code, output: other.output() },
  ];
}

/**
 * A repository that refuses, a Slack that breaks off and then refuses a notice, and a database that ends every connection;
 * until all serve again.
 */
export async function provokeServices(cluster: SecretiveCluster, notice: string): Promise<void> {
  const { file, home, secrets } = cluster;
  const log = join(home, "logs", "monitoring.log");
  const logged = (text: string) => eventually(() => readFileSync(log, "utf8").includes(text));
  await logged("tags cannot be looked at");
  secrets.slack.next(dying, gone);
  const client = new pg.Client({ connectionString: file.postgresUrl });
  await client.connect();
  try {
    const at = new Date();
    await insertNotice(client, { key: "of-a-test", kind: "job", text: notice }, { at });
    await logged("Slack did not take it");
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
  } finally {
    await client.end();
  }
  for (const name of ["stream-parser", "control-plane", "monitoring"]) {
    await eventually(async () => (await fetch(`${file.services[name]?.url ?? ""}/readyz`)).ok);
  }
}
