import cluster from "node:cluster";
import { runService } from "@canarec/service-kit/process";
import { loadBalancerConfig } from "./config.ts";

const start = cluster.isPrimary
  ? (await import("./workers/start-parent.ts")).startParent
  : (await import("./workers/start-worker.ts")).startWorker;

await runService({
  name: "load-balancer",
  config: () => loadBalancerConfig(process.env),
  start,
});
