import { randomBytes } from "node:crypto";
import { join } from "node:path";
import {
  type DockerRuntimeOptions,
  endContainers,
  openDockerRuntime,
} from "@canarec/load-balancer/runtimes/docker/docker-runtime";
import { engineAt, ignoreIfOver } from "@canarec/load-balancer/runtimes/docker/engine";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type Docker from "dockerode";
import { ENGINE, testImage } from "../../container-engine.ts";
import { temporaryFolder } from "../../servers.ts";
import { APPLIED, type RuntimeWorld } from "./runtime-world.ts";
import { makeRepository } from "./small-build.ts";

export interface DockerWorld extends RuntimeWorld {
  readonly docker: Docker;
  readonly options: DockerRuntimeOptions;
}

/** An installation of its own on the engine; its containers, images and volume are gone when disposed. */
export async function openDockerWorld(): Promise<DockerWorld> {
  await using opened = new Resources();
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const image = await testImage("base");
  opened.defer(() => image[Symbol.dispose]());
  const repository = makeRepository(join(folder.path, "repository"));
  const options: DockerRuntimeOptions = {
    ...{ installation: `test-${randomBytes(4).toString("hex")}`, engine: ENGINE, network: "host" },
    ...{ repository: repository.folder, buildArgs: { BASE_IMAGE: image.tag }, commandEnv: {} },
    appliedMigrations: async () => APPLIED,
  };
  const docker = engineAt(ENGINE);
  opened.defer(() => removeInstallation(docker, options));
  const open = () => openDockerRuntime(options);
  const ownerEnv = { OWNER_INSTALLATION: options.installation };
  return disposable(opened, { docker, repository, options, open, ownerEnv });
}

async function removeInstallation(docker: Docker, options: DockerRuntimeOptions): Promise<void> {
  const { installation } = options;
  await endContainers(docker, installation, 500);
  const runtime = openDockerRuntime(options);
  await runtime.prune([]);
  await runtime[Symbol.asyncDispose]();
  // Made with the first replica.
  const volume = docker.getVolume(`canarec-${installation}`);
  await volume.remove({ force: true }).catch(ignoreIfOver);
}
