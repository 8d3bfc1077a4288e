// A thread knows no TypeScript of its own: `--import tsx` does not reach it.
import { register } from "tsx/esm/api";

register();
await import("./row-worker.ts");
