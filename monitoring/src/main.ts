import { runService } from "@canarec/service-kit/process";
import { startMonitoring } from "./compose.ts";
import { monitoringConfig } from "./config.ts";

await runService({
  name: "monitoring",
  config: () => monitoringConfig(process.env),
  start: startMonitoring,
});
