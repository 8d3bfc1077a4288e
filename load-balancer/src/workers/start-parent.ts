import cluster from "node:cluster";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type { Logger } from "@canarec/service-kit/logging";
import { createRegistry } from "@canarec/service-kit/metrics";
import { openFront } from "../admin/open-front.ts";
import type { LoadBalancerConfig } from "../config.ts";
import { createParentMetrics } from "../metrics.ts";
import { hearBuildRequests } from "./hear-build-requests.ts";
import { openListeningSocket } from "./listening-socket.ts";
import { WorkerSet } from "./worker-set.ts";

/**
 * The parent of the workers: it has the public socket and the admin port, answers no user itself, and holds
 * the routing that all workers follow. SIGHUP replaces the workers, one after the other; whoever started it may
 * have workers of another build replace them.
 */
export async function startParent(
  config: LoadBalancerConfig,
  log: Logger,
): Promise<AsyncDisposable> {
  cluster.setupPrimary({ serialization: "advanced" }); // JSON has no NaN, which metrics have
  await using opened = new Resources();
  const socket = await openListeningSocket(config.host, config.port);
  opened.defer(() => socket[Symbol.dispose]());
  const registry = createRegistry("load-balancer");
  const metrics = createParentMetrics(registry);
  const front = opened.use(await openFront(config, log, () => registry.getMetricsAsJSON()));
  const { workers: count, drainMs } = config;
  const crashed = () => metrics.workerEnded();
  const build = { program: process.argv[1] ?? "", folder: process.cwd() };
  const workers = opened.use(
    new WorkerSet({ count, build, drainMs, socket, front, random: Math.random, log, crashed }),
  );
  await workers.start();
  const hearing = hearBuildRequests(workers, log);
  const restart = () => {
    log.info("the workers are replaced");
    void workers.restart();
  };
  process.on("SIGHUP", restart);
  opened.defer(() => {
    process.off("SIGHUP", restart);
    hearing[Symbol.dispose]();
    front.drain();
    socket[Symbol.dispose](); // the workers have it, until they close it
  });
  return disposable(opened, {});
}
