import { hashInFile } from "@canarec/service-kit/bearer";
import type { Container, ContainerCreateOptions } from "dockerode";
import { freePort } from "../free-port.ts";
import { hardLimitMiB, heapArguments } from "../limits.ts";
import type { ReplicaSpec } from "../runtime.ts";
import type { Engine } from "./engine.ts";
import { imageOf } from "./images.ts";
import { LABEL, containerName } from "./labels.ts";

const MIB = 1_048_576;
/** Threads included. */
const MOST_PROCESSES = 512;
const PORT = 8_083;
const HOME = "/var/lib/canarec";
const LOG = { Type: "json-file", Config: { "max-size": "16m", "max-file": "2" } };

/** Paths of this machine, which mean nothing inside. */
const NOT_INSIDE = [
  ...["HOME", "TMPDIR", "NODE_EXTRA_CA_CERTS", "PGPASSFILE"],
  "METRICS_TOKEN_FILE",
];

export interface ContainerOptions extends Engine {
  readonly installation: string;
  /** `host`, or the name of a network that we reach, too. */
  readonly network: string;
  /** Of what a replica may lose: its cached bundles. All replicas share it. */
  readonly volume: string;
}

/** The container of a replica, created and not started; its port is in its environment. */
export async function createReplica(
  spec: ReplicaSpec,
  options: ContainerOptions,
): Promise<Container> {
  const { docker, installation, network } = options;
  const isHost = network === "host";
  const port = isHost ? await freePort() : PORT;
  const { limits, build, bundleId } = spec;
  const memory = hardLimitMiB(limits.memoryMiB) * MIB;
  const base = sandbox(options);
  return docker.createContainer({
    ...base,
    name: containerName(installation, spec.name),
    Image: imageOf(spec.code, installation),
    Cmd: ["inference/src/main.ts"],
    Env: envInside({
      ...spec.env,
      ...{ HOST: isHost ? "127.0.0.1" : "0.0.0.0", PORT: String(port), BUILD: build },
      ...{ BUNDLE_ID: bundleId, NODE_OPTIONS: heapArguments(limits.memoryMiB).join(" ") },
      ...(await metricsTokenHash(spec.env)),
    }),
    Labels: {
      ...base.Labels,
      [LABEL.name]: spec.name,
      [LABEL.release]: String(spec.releaseId),
      [LABEL.code]: spec.code,
    },
    HostConfig: { ...base.HostConfig, Memory: memory, MemorySwap: memory },
  });
}

/** The container of a command of a build, which is over soon. */
export function createCommand(
  code: string,
  command: readonly string[],
  options: ContainerOptions & { readonly env: Readonly<Record<string, string>> },
): Promise<Container> {
  const { docker, installation, env } = options;
  return docker.createContainer({
    ...sandbox(options),
    Image: imageOf(code, installation),
    Cmd: [...command],
    Env: envInside(env),
  });
}

/** Neither rights nor a way to write but what it needs; the controller decides what is started again. */
function sandbox({ installation, network, volume }: ContainerOptions) {
  return {
    Labels: { [LABEL.installation]: installation },
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      NetworkMode: network,
      RestartPolicy: { Name: "no" },
      Init: true,
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "" },
      Binds: [`${volume}:${HOME}`],
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      PidsLimit: MOST_PROCESSES,
      LogConfig: LOG,
    },
  } satisfies ContainerCreateOptions;
}

/** Of the file that is not seen inside: a replica only checks the token, so its hash is enough. */
async function metricsTokenHash({
  METRICS_TOKEN_FILE: file,
}: ReplicaSpec["env"]): Promise<Readonly<Record<string, string>>> {
  const hash = file === undefined ? undefined : await hashInFile(file);
  return hash === undefined ? {} : { METRICS_TOKEN_SHA256: hash };
}

function envInside(env: Readonly<Record<string, string>>): string[] {
  return Object.entries({ ...env, CANAREC_HOME: HOME })
    .filter(([name]) => !NOT_INSIDE.includes(name))
    .map(([name, value]) => `${name}=${value}`);
}
