import { getPriority, setPriority } from "node:os";
import { runService } from "@canarec/service-kit/process";
import { startStreamParser } from "./compose.ts";
import { streamParserConfig } from "./config.ts";

/** Where the cores are shared and all busy, answers to users go first; lines wait in Kafka. */
const NICENESS = 5;

setPriority(Math.max(getPriority(), NICENESS));
await runService({
  name: "stream-parser",
  config: () => streamParserConfig(process.env),
  start: (config, log) => startStreamParser(config, log),
});
