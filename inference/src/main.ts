import { runService } from "@canarec/service-kit/process";
import { startInference } from "./compose.ts";
import { inferenceConfig } from "./config.ts";

await runService({
  name: "inference",
  config: () => inferenceConfig(process.env),
  start: startInference,
});
