import { openProcessRuntime } from "@canarec/load-balancer/runtimes/process/process-runtime";
import type { ReplicaSpec } from "@canarec/load-balancer/runtimes/runtime";

// A control plane, as far as a replica can tell; made to be killed.
const runtime = openProcessRuntime({
  repository: process.env["OWNER_REPOSITORY"] ?? "",
  home: process.env["OWNER_HOME"] ?? "",
  commandEnv: {},
  appliedMigrations: () => Promise.resolve(["0000_a"]),
});
process.once("message", (spec: ReplicaSpec) => {
  void runtime.start(spec, new AbortController().signal).then((replica) => process.send?.(replica));
});
