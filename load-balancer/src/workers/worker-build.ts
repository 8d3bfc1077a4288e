import { join } from "node:path";
import { z } from "zod";

/** Which code a worker runs. */
export interface WorkerBuild {
  /** Absolute path of its entry point. */
  readonly program: string;
  /** Where its packages are found from. */
  readonly folder: string;
}

/** Said by the parent's own parent: let workers of this build answer users. `messages.ts` is between builds then. */
export const BuildRequest = z.object({
  say: z.literal("build"),
  /** Absolute path of a checkout of ours, with its packages. */
  folder: z.string().startsWith("/"),
});
export type BuildRequest = z.output<typeof BuildRequest>;

/** What became of it; with a reason, workers of the build before answer as they did. */
export const BuildReply = z.object({ say: z.literal("build"), refused: z.string().optional() });
export type BuildReply = z.output<typeof BuildReply>;

const PROGRAM = "load-balancer/src/main.ts";

export function workerBuildIn(folder: string): WorkerBuild {
  return { program: join(folder, PROGRAM), folder };
}
