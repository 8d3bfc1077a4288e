import { runService } from "@canarec/service-kit/process";
import { startSimulator } from "./compose.ts";
import { simulatorConfig } from "./config.ts";

await runService({
  name: "simulator",
  config: () => simulatorConfig(process.env),
  start: startSimulator,
});
