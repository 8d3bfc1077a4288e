import { randomBytes } from "node:crypto";
import { join } from "node:path";
import {
  type DockerRuntimeOptions,
  endContainers,
  openDockerRuntime,
} from "@canarec/load-balancer/runtimes/docker/docker-runtime";
import { engineAt, ignoreIfOver } from "@canarec/load-balancer/runtimes/docker/engine";
import { pruneImages } from "@canarec/load-balancer/runtimes/docker/images";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type Docker from "dockerode";
import { ENGINE, testImage } from "../../container-engine.ts";
import { temporaryFolder } from "../../servers.ts";
import { APPLIED, type RuntimeWorld } from "./runtime-world.ts";
import { makeRepository } from "./small-build.ts";

export interface Installation extends AsyncDisposable {
  readonly docker: Docker;
  readonly installation: string;
  /** What small builds are built on: the project's own image. */
  readonly baseImage: string;
}

/** An installation of its own on the engine; its containers, images and volume are gone when disposed. */
export async function openInstallation(): Promise<Installation> {
  await using opened = new Resources();
  const image = await testImage("base");
  opened.defer(() => image[Symbol.dispose]());
  const installation = `test-${randomBytes(4).toString("hex")}`;
  const { docker } = engineAt(ENGINE);
  opened.defer(async () => {
    await endContainers(docker, installation, 500);
    await pruneImages([], { docker, installation });
    // Made with the first replica.
    const volume = docker.getVolume(`canarec-${installation}`);
    await volume.remove({ force: true }).catch(ignoreIfOver);
  });
  return disposable(opened, { docker, installation, baseImage: image.tag });
}

export interface DockerWorld extends RuntimeWorld {
  readonly docker: Docker;
  readonly options: DockerRuntimeOptions;
}

export async function openDockerWorld(): Promise<DockerWorld> {
  await using opened = new Resources();
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const { docker, installation, baseImage } = opened.use(await openInstallation());
  const repository = makeRepository(join(folder.path, "repository"));
  const options: DockerRuntimeOptions = {
    ...{ installation, engine: ENGINE, network: "host", commandEnv: {} },
    buildNetwork: "host",
    ...{ repository: repository.folder, buildArgs: { BASE_IMAGE: baseImage } },
    appliedMigrations: async () => APPLIED,
  };
  const open = () => openDockerRuntime(options);
  const ownerEnv = { OWNER_INSTALLATION: installation };
  return disposable(opened, { docker, repository, options, open, ownerEnv });
}
