import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { ReplicaLoad } from "./observe.ts";
import type { ReadLagMs } from "./read-lag.ts";
import type { Member } from "./replica-set.ts";

/** What replicas take of their machine, beside what the plan allows. @param before of the last look. */
export function weighReplicas(
  members: readonly Member[],
  { guardrails }: ReleasePlan,
  { runtime, readLagMs }: { readonly runtime: Runtime; readonly readLagMs: ReadLagMs },
  before: readonly ReplicaLoad[],
): Promise<ReplicaLoad[]> {
  const { replicaMemoryMiB: mostMebibytes, replicaEventLoopLagMs: mostLagMs } = guardrails;
  return Promise.all(
    members.map(async ({ row: { name }, url }) => {
      const [mebibytes = 0, lagMs] = await Promise.all([runtime.memoryMiB(name), readLagMs(url)]);
      const looks = before.find((load) => load.name === name)?.lateLooks ?? 0;
      const lateLooks = lagMs !== undefined && lagMs > mostLagMs ? looks + 1 : 0;
      return { name, mebibytes, mostMebibytes, lagMs, mostLagMs, lateLooks };
    }),
  );
}
