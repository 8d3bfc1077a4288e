import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type LoadBalancer, startLoadBalancer } from "@canarec/load-balancer/compose";
import { type LoadBalancerConfig, loadBalancerConfig } from "@canarec/load-balancer/config";
import { createLogger } from "@canarec/service-kit/logging";
import { request } from "undici";

export interface Settings extends Partial<Omit<LoadBalancerConfig, "exposures">> {
  readonly replicas: readonly string[];
  readonly home: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly exposures?: Partial<LoadBalancerConfig["exposures"]>;
}

/** A load balancer in this process, on free ports, that checks its replicas often. */
export async function balance(settings: Settings): Promise<LoadBalancer> {
  const { replicas, home, brokers, topic, exposures, ...rest } = settings;
  const config = loadBalancerConfig({
    PORT: "0",
    ADMIN_PORT: "0",
    REPLICA_URLS: replicas.join(","),
    KAFKA_BROKERS: brokers.join(","),
    EXPOSURE_TOPIC: topic,
    CANAREC_HOME: home,
    HEALTH_INTERVAL_MS: "500",
  });
  const all = { ...config, ...rest, exposures: { ...config.exposures, ...exposures } };
  return startLoadBalancer(all, createLogger("load-balancer", "silent"));
}

export interface Got {
  readonly status: number;
  readonly text: string;
  readonly movies: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export async function get(url: string, path: string, headers = {}): Promise<Got> {
  const answer = await request(url + path, { headers });
  const text = await answer.body.text();
  return { status: answer.statusCode, text, movies: text.split(","), headers: answer.headers };
}

/** Ask for many users, `width` at a time, in order of the user ids. */
export async function ask(url: string, users: readonly number[], width: number): Promise<Got[]> {
  const answers: Got[] = [];
  const rest = users.map((user, index) => ({ user, index }));
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      answers[next.index] = await get(url, `/recommend/${next.user}`);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}

export const range = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

/** The value of a metric, summed over those of its labels that are not given. */
export async function metric(balancer: LoadBalancer, name: string, labels = {}): Promise<number> {
  const { text } = await get(balancer.adminUrl, "/metrics");
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${String(value)}"`);
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((w) => line.includes(w)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Often enough for any test; more often, asking would take the time of those that are waited for. */
const POLL_MS = 50;

/** Ask until it holds; the suite's own time limit ends it otherwise. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await sleep(POLL_MS);
}

/** Until the load balancer sends requests to so many replicas. */
export function untilReplicas(balancer: LoadBalancer, count: number): Promise<void> {
  return until(async () => (await metric(balancer, "canarec_replica_available")) === count);
}

/** Until it has its own copy of the popular list. */
export function untilPopular(balancer: LoadBalancer): Promise<void> {
  const name = "canarec_popular_list_refreshes_total";
  return until(async () => (await metric(balancer, name, { result: "ok" })) > 0);
}

export interface ReplicaProcess extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
}

/** A replica as a child process; on a free port unless told which. */
export async function replicaProcess(port = "0"): Promise<ReplicaProcess> {
  const child = fork(join(import.meta.dirname, "replica-process.ts"), [port], {
    execArgv: ["--import", "tsx"],
  });
  const [url] = (await once(child, "message")) as [string];
  return {
    url,
    child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
