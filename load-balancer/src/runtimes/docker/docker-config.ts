import { createHash } from "node:crypto";
import { z } from "zod";

/** Where and how a docker runtime runs builds. */
export interface DockerConfig {
  /** `unix:///path` or `tcp://host:port`; absent: the usual socket. */
  readonly engine: string | undefined;
  /** Of replicas: `host`, or the name of a network that whoever asks them is in, too. */
  readonly network: string;
  /** What tells our containers and images from others' on the same engine. */
  readonly installation: string;
  /** What images are built on; absent: as the Dockerfile says. */
  readonly baseImage: string | undefined;
  /** Of the steps of a build; absent: the engine's default. */
  readonly buildNetwork: string | undefined;
}

const networkName = z.string().regex(/^[a-zA-Z0-9][\w.-]*$/, "expected the name of a network");

/** What the environment says of it. */
export const dockerVariables = {
  DOCKER_HOST: z
    .string()
    .regex(/^(unix:\/\/\/.+|tcp:\/\/[^\s/:]+:\d+)$/, "expected unix:///path or tcp://host:port")
    .optional(),
  DOCKER_NETWORK: networkName.default("host"),
  DOCKER_BUILD_NETWORK: networkName.optional(),
  BASE_IMAGE: z.string().min(1).optional(),
  CANAREC_INSTALLATION: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "expected up to 32 small letters, digits and hyphens")
    .optional(),
};

/** @param home absolute; an installation without a name is called after it. */
export function dockerConfig(
  e: z.output<z.ZodObject<typeof dockerVariables>>,
  home: string,
): DockerConfig {
  return {
    engine: e.DOCKER_HOST,
    network: e.DOCKER_NETWORK,
    installation: e.CANAREC_INSTALLATION ?? nameOf(home),
    baseImage: e.BASE_IMAGE,
    buildNetwork: e.DOCKER_BUILD_NETWORK,
  };
}

function nameOf(home: string): string {
  return createHash("sha256").update(home).digest("hex").slice(0, 8);
}
