import { execFile } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";
import { makeFolder } from "@canarec/service-kit/make-folder";
import { withLock } from "./file-lock.ts";

const run = promisify(execFile);

const POM = fileURLToPath(new URL("../kafka-pom.xml", import.meta.url));
const DEFAULT_CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
/** Pinned, because Maven would take the newest otherwise. */
const COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** The broker's version, as its list of jars has it. */
export function kafkaVersion(pom: string): string {
  const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)<\/version>/.exec(pom);
  if (version?.[1] === undefined) throw new Error("kafka-pom.xml names no version of kafka_2.13");
  return version[1];
}

/** The folder for what can be fetched again: the one given, or `.cache` of the repository. */
export function cacheFolder(cacheDir?: string): string {
  return resolve(cacheDir ?? DEFAULT_CACHE);
}

/** Where the jars of the broker are, or will be once they are fetched. */
export function kafkaJarFolder(cacheDir?: string): string {
  const version = kafkaVersion(readFileSync(POM, "utf8"));
  return join(cacheFolder(cacheDir), `kafka-${version}`);
}

/**
 * The folder with the jars of the broker; fetched by Maven at first use (about 43 MB). Several
 * processes at once fetch them once; an interrupted fetch leaves no half-filled folder.
 *
 * @throws ServiceError `failed_precondition` if Maven is absent, `unavailable` if it fails.
 */
export async function fetchKafkaJars(cacheDir?: string): Promise<string> {
  const folder = kafkaJarFolder(cacheDir);
  if (hasBroker(folder)) return folder;
  makeFolder(dirname(folder));
  await withLock(`${folder}.lock`, async () => {
    if (hasBroker(folder)) return;
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    await copyJars(partial);
    rmSync(folder, { recursive: true, force: true }); // of somebody who emptied it
    renameSync(partial, folder);
  });
  return folder;
}

function hasBroker(folder: string): boolean {
  const version = kafkaVersion(readFileSync(POM, "utf8"));
  return existsSync(join(folder, `kafka_2.13-${version}.jar`));
}

async function copyJars(folder: string): Promise<void> {
  const args = ["-B", "-q", "-f", POM, COPY_GOAL, `-DoutputDirectory=${folder}`];
  try {
    await run("mvn", [...args, "-DincludeScope=runtime"], { maxBuffer: 16_000_000 });
  } catch (cause) {
    const { code, stdout } = cause as { code?: string; stdout?: string };
    if (code === "ENOENT") {
      const message = "Maven (mvn) is needed once to fetch Kafka: install it, or set KAFKA_BROKERS";
      throw new ServiceError("failed_precondition", message, { cause });
    }
    const said = stdout?.split("\n").find((line) => line.startsWith("[ERROR]"));
    throw new ServiceError("unavailable", `Maven could not fetch Kafka: ${said ?? ""}`, { cause });
  }
}
