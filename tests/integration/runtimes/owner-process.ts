import { openDockerRuntime } from "@canarec/load-balancer/runtimes/docker/docker-runtime";
import { openProcessRuntime } from "@canarec/load-balancer/runtimes/process/process-runtime";
import type { ReplicaSpec } from "@canarec/load-balancer/runtimes/runtime";

// A control plane, as far as a replica can tell; made to be killed.
const told = (name: string) => process.env[`OWNER_${name}`] ?? "";
const both = {
  repository: told("REPOSITORY"),
  commandEnv: {},
  appliedMigrations: () => Promise.resolve(["0000_a"]),
};
const installation = told("INSTALLATION");
const runtime =
  installation === ""
    ? openProcessRuntime({ ...both, home: told("HOME") })
    : openDockerRuntime({
        ...both,
        ...{ installation, network: "host", engine: process.env["DOCKER_HOST"] },
      });
process.once("message", (spec: ReplicaSpec) => {
  void runtime.start(spec, new AbortController().signal).then((replica) => process.send?.(replica));
});
