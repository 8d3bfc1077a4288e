import { spawn } from "node:child_process";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { withinTime } from "@canarec/service-kit/time-limit";
import type Docker from "dockerode";
import { git, resolveRef } from "../repository.ts";
import { JOURNAL } from "../schema.ts";
import { type Engine, isAbsent, removeContainer } from "./engine.ts";
import { LABEL, imageRepository, ofInstallation } from "./labels.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const COMMIT = /^[0-9a-f]{40}$/;
/** What the engine may be asked for: repositories are in lower case, tags and digests as they like. */
const IMAGE_NAME =
  /^[a-z0-9][a-z0-9._/-]{0,200}(:\d+\/[a-z0-9._/-]+)?(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** Of a commit, all that its Dockerfile may need. */
const CONTEXT = [
  ".",
  ":(exclude)tests",
  ":(exclude,glob)**/*.test.ts",
  ":(exclude,glob)**/*.test.mjs",
];
const BUILD_LIMIT_MS = 900_000;
const LAST_LINES = 5;
const TAR_BLOCK = 512;

export interface ImageOptions extends Engine {
  readonly installation: string;
  /** Absent: no commit can be resolved or built, only images. */
  readonly repository?: string | undefined;
  /** For the Dockerfile, beside BUILD: BASE_IMAGE. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  /** Of the build's steps, as `host`; absent: the engine's default. */
  readonly buildNetwork?: string | undefined;
}

/** The image of a build: itself, or the one that was built of a commit. */
export function imageOf(code: string, installation: string): string {
  return COMMIT.test(code) ? `${imageRepository(installation)}:${code}` : code;
}

/**
 * A commit, or the id of an image that the engine has; what both are called is the commit.
 *
 * @throws ServiceError `not_found`.
 */
export async function resolveCode(ref: string, options: ImageOptions): Promise<string> {
  const { repository, docker } = options;
  let problem = `there is no image ${ref}`;
  if (repository !== undefined && !DIGEST.test(ref)) {
    try {
      return await resolveRef(repository, ref);
    } catch (failure) {
      problem = `${messageOf(failure)}, and no such image`;
    }
  }
  const id = IMAGE_NAME.test(ref) ? await imageId(docker, ref) : undefined;
  if (id === undefined) throw new ServiceError("not_found", problem);
  return id;
}

async function imageId(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (failure) {
    if (isAbsent(failure)) return undefined;
    const message = `the container engine cannot be asked: ${messageOf(failure)}`;
    throw new ServiceError("unavailable", message, { cause: failure });
  }
}

/** Build the image of a commit with its own Dockerfile, where it is not there. */
export async function prepareImage(
  code: string,
  options: ImageOptions,
  signal: AbortSignal,
): Promise<void> {
  const { docker, installation, repository } = options;
  if ((await imageId(docker, imageOf(code, installation))) !== undefined) return;
  if (!COMMIT.test(code) || repository === undefined) {
    throw new ServiceError("not_found", `there is no image ${code}`);
  }
  await buildImage(code, { ...options, repository }, signal);
}

async function buildImage(
  commit: string,
  {
    docker,
    patient,
    installation,
    repository,
    ...build
  }: ImageOptions & { readonly repository: string },
  signal: AbortSignal,
): Promise<void> {
  using context = contextOf(repository, commit);
  const image = imageOf(commit, installation);
  const limit = withinTime(signal, BUILD_LIMIT_MS);
  const abortSignal = AbortSignal.any([limit, context.failed]);
  try {
    const progress = await patient.buildImage(context.archive, {
      version: "2",
      t: image,
      buildargs: { ...build.buildArgs, BUILD: commit },
      labels: { [LABEL.installation]: installation, [LABEL.code]: commit },
      ...(build.buildNetwork !== undefined && { networkmode: build.buildNetwork }),
      abortSignal,
    });
    await finished(docker, progress);
    // A connection that is cut looks like the end of the build.
    if ((await imageId(docker, image)) === undefined) throw new Error("the engine gave it up");
  } catch (failure) {
    const cause: unknown = abortSignal.aborted ? abortSignal.reason : failure;
    throw new ServiceError("unavailable", `its image could not be built: ${messageOf(cause)}`, {
      cause,
    });
  }
}

interface BuildContext extends Disposable {
  readonly archive: NodeJS.ReadableStream;
  /** Aborted with why, where git could not make all of it. */
  readonly failed: AbortSignal;
}

/** The files of a commit, as a tar archive. */
function contextOf(repository: string, commit: string): BuildContext {
  // Modes as a checkout has them, so that its layers serve both.
  const args = ["-C", repository, "-c", "tar.umask=0022", "archive", "--format=tar", commit];
  const git = spawn("git", [...args, "--", ...CONTEXT], { stdio: ["ignore", "pipe", "ignore"] });
  const failed = new AbortController();
  // What nobody reads of a process's output is gone as soon as the process has ended.
  const archive = new PassThrough();
  git.stdout.pipe(archive, { end: false });
  git.on("error", (failure) => failed.abort(failure));
  git.on("close", (code) => {
    if (code === 0) archive.end();
    else failed.abort(new Error(`git archive ended with exit code ${code ?? "none"}`));
  });
  return { archive, failed: failed.signal, [Symbol.dispose]: () => void git.kill() };
}

interface BuildEvent {
  readonly stream?: string;
  readonly error?: string;
}

type Follow = (
  stream: NodeJS.ReadableStream,
  onFinished: (error: Error | null, events: readonly BuildEvent[] | undefined) => void,
) => void;

/** @throws Error with the last lines of a build that failed. */
function finished(docker: Docker, progress: NodeJS.ReadableStream): Promise<void> {
  // Of dockerode 5, and not yet in its types: reads what BuildKit says, too.
  const { followProgress } = docker as Docker & { readonly followProgress: Follow };
  return new Promise((resolve, reject) => {
    followProgress(progress, (error, events = []) => {
      const failed = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failed === undefined) {
        resolve();
        return;
      }
      const lines = events
        .flatMap(({ stream }) => saidIn(stream?.trim() ?? "").split("\n"))
        .map((line) => line.trim())
        .filter((line) => line !== "");
      reject(new Error([...lines.slice(-LAST_LINES), failed].join("; ")));
    });
  });
}

/** What a step wrote comes as base64; what is told of steps comes as words, with spaces between. */
function saidIn(text: string): string {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64").toString("utf8") : text;
}

/** The build's own list of its migrations, as text. */
export async function journalOf(code: string, options: ImageOptions): Promise<string> {
  const { docker, repository } = options;
  try {
    return repository !== undefined && COMMIT.test(code)
      ? await git(repository, ["show", `${code}:${JOURNAL}`])
      : await fileOf(docker, imageOf(code, options.installation), JOURNAL);
  } catch (cause) {
    const reason = `it is no build of ours: it has no ${JOURNAL}`;
    throw new ServiceError("failed_precondition", reason, { cause });
  }
}

/** A file of an image; from its working folder. */
async function fileOf(docker: Docker, image: string, path: string): Promise<string> {
  const { Config } = await docker.getImage(image).inspect();
  const container = await docker.createContainer({ Image: image, Entrypoint: ["none"] });
  try {
    const folder = Config.WorkingDir === "" ? "/" : `${Config.WorkingDir}/`;
    const archive = await text(await container.getArchive({ path: folder + path }));
    // A tar archive of one file: a block that names its size in octal digits, then its bytes.
    const bytes = Number.parseInt(archive.slice(124, 136), 8);
    return archive.slice(TAR_BLOCK, TAR_BLOCK + bytes);
  } finally {
    await removeContainer(container);
  }
}

/**
 * Remove the images that were built here and are not kept, neither by their commit nor by their id.
 *
 * @returns those commits.
 */
export async function pruneImages(
  keep: readonly string[],
  { docker, installation }: Pick<ImageOptions, "docker" | "installation">,
): Promise<string[]> {
  const filters = { label: [ofInstallation(installation)] };
  const images = await docker.listImages({ filters });
  const old = images
    .filter(({ Id }) => !keep.includes(Id))
    .map(({ Labels }) => Labels[LABEL.code])
    .filter((code) => code !== undefined)
    .filter((code) => !keep.includes(code));
  const removed: string[] = [];
  for (const code of new Set(old)) {
    // One that a container still uses stays until the next time.
    const image = docker.getImage(imageOf(code, installation));
    if (await succeeds(image.remove())) removed.push(code);
  }
  return removed;
}

async function succeeds(task: Promise<unknown>): Promise<boolean> {
  return task.then(
    () => true,
    () => false,
  );
}
