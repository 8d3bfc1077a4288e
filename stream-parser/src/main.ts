import { runService } from "@canarec/service-kit/process";
import { startStreamParser } from "./compose.ts";
import { streamParserConfig } from "./config.ts";

await runService({
  name: "stream-parser",
  config: () => streamParserConfig(process.env),
  start: (config, log) => startStreamParser(config, log),
});
