import { runService } from "@canarec/service-kit/process";
import { startLoadBalancer } from "./compose.ts";
import { loadBalancerConfig } from "./config.ts";

await runService({
  name: "load-balancer",
  config: () => loadBalancerConfig(process.env),
  start: startLoadBalancer,
});
