import { runService } from "@canarec/service-kit/process";
import { startControlPlane } from "./compose.ts";
import { controlConfig } from "./config.ts";

await runService({
  name: "control-plane",
  config: () => controlConfig(process.env),
  start: startControlPlane,
});
