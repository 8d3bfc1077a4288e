import type { Logger } from "@canarec/service-kit/logging";
import { type BuildReply, BuildRequest, workerBuildIn } from "./worker-build.ts";
import type { WorkerSet } from "./worker-set.ts";

/**
 * Do as whoever started this process says of builds. The channel to it is the only way: nobody who merely reaches a port
 * can name code that shall run.
 */
export function hearBuildRequests(workers: Pick<WorkerSet, "release">, log: Logger): Disposable {
  const hear = (message: unknown) => {
    const request = BuildRequest.safeParse(message);
    if (!request.success) return;
    const { folder } = request.data;
    void workers.release(workerBuildIn(folder)).then((refused) => {
      if (refused === undefined) log.info({ folder }, "workers of another build serve");
      else log.error({ folder, reason: refused }, "the workers of another build were taken back");
      const reply: BuildReply = { say: "build", ...(refused !== undefined && { refused }) };
      if (process.connected) process.send?.(reply);
    });
  };
  process.on("message", hear);
  return { [Symbol.dispose]: () => void process.off("message", hear) };
}
