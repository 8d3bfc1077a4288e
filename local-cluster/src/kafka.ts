import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";
import { Kafka, logLevel } from "kafkajs";
import type { ChildSpec } from "./child.ts";
import { fetchKafkaJars } from "./kafka-jars.ts";
import { kafkaProperties, propertiesText } from "./kafka-properties.ts";
import { freePort } from "./port.ts";
import { type RunningServer, startServer } from "./start-server.ts";

const run = promisify(execFile);

const TIMEOUT_MS = 90_000;
const PROBE_MS = 2_000;

/** A small heap and the fast compiler alone: up in about 3 s, and enough for 100,000 lines/s. */
const JVM = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const LOGGING = [
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
  "-Dorg.slf4j.simpleLogger.showDateTime=true",
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
];

export interface KafkaOptions {
  /** Data, settings and log live below it: `kafka/`, `logs/`. */
  readonly home: string;
  /** Taken if it is free; otherwise another one is. */
  readonly port?: number | undefined;
  /** Ends the start where it is. */
  readonly signal?: AbortSignal | undefined;
  /** Where the jars are kept; `.cache` of the repository by default. */
  readonly cacheDir?: string | undefined;
  /** The Java to use; the one on the PATH by default. */
  readonly javaHome?: string | undefined;
}

/** Its url is the list of brokers, `127.0.0.1:port`. */
export type RunningKafka = RunningServer;

/**
 * Start a Kafka of our own on 127.0.0.1, a single node, with the data of the last time if there are
 * any. The jars are fetched first where they are absent.
 *
 * @throws ServiceError `failed_precondition` without Java or Maven, `unavailable` or
 * `deadline_exceeded` when it does not start.
 */
export async function startKafka(options: KafkaOptions): Promise<RunningKafka> {
  const jars = await fetchKafkaJars(options.cacheDir);
  const folder = join(resolve(options.home), "kafka");
  mkdirSync(folder, { recursive: true });
  const place: Place = { home: resolve(options.home), folder, clusterId: clusterIdOf(folder) };
  const java = javaOf(options.javaHome);
  const base = [...LOGGING, ...JVM, "-cp", join(jars, "*")];
  return startServer({
    preferredPort: options.port,
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    url: (port) => `127.0.0.1:${port}`,
    isReady: (port) => isReady(port, place.clusterId),
    spec: async (port) => {
      const settings = await writeSettings(place, port);
      if (!isFormatted(folder)) await format(java, base, place);
      return kafkaSpec(place, java, [...base, "kafka.Kafka", settings]);
    },
  });
}

interface Place {
  readonly home: string;
  readonly folder: string;
  readonly clusterId: string;
}

function kafkaSpec(place: Place, command: string, args: readonly string[]): ChildSpec {
  return {
    name: "kafka",
    command,
    args,
    env: { PATH: process.env["PATH"] },
    logFile: join(place.home, "logs", "kafka.log"),
    pidFile: join(place.home, "run", "kafka.pid"),
    stopSignal: "SIGTERM",
    graceMs: 20_000,
    cwd: place.folder,
  };
}

function javaOf(javaHome: string | undefined): string {
  return javaHome === undefined ? "java" : join(javaHome, "bin", "java");
}

/** The identity of this Kafka, by which we tell it from another that took its port. */
function clusterIdOf(folder: string): string {
  const path = join(folder, "cluster-id");
  if (!existsSync(path)) writeFileSync(path, randomBytes(16).toString("base64url"));
  return readFileSync(path, "utf8");
}

async function writeSettings(place: Place, port: number): Promise<string> {
  const path = join(place.folder, "server.properties");
  const dataFolder = join(place.folder, "data");
  const controllerPort = await freePort();
  writeFileSync(path, propertiesText(kafkaProperties({ port, controllerPort, dataFolder })));
  return path;
}

function isFormatted(folder: string): boolean {
  return existsSync(join(folder, "data", "meta.properties"));
}

async function format(java: string, base: readonly string[], place: Place): Promise<void> {
  rmSync(join(place.folder, "data"), { recursive: true, force: true }); // of an interrupted run
  // An id may begin with a hyphen, which a separate argument must not.
  const tool = ["kafka.tools.StorageTool", "format", `--cluster-id=${place.clusterId}`];
  try {
    await run(java, [...base, ...tool, "-c", join(place.folder, "server.properties")]);
  } catch (cause) {
    const { code, stderr } = cause as { code?: string; stderr?: string };
    if (code === "ENOENT") {
      const message =
        "Java ≥ 17 is needed for the embedded Kafka: install it, or set KAFKA_BROKERS";
      throw new ServiceError("failed_precondition", message, { cause });
    }
    const said = stderr?.trim().split("\n").at(-1) ?? "";
    throw new ServiceError("unavailable", `Kafka's storage cannot be formatted: ${said}`, {
      cause,
    });
  }
}

async function isReady(port: number, clusterId: string): Promise<boolean> {
  const admin = new Kafka({
    clientId: "canarec-probe",
    brokers: [`127.0.0.1:${port}`],
    connectionTimeout: PROBE_MS,
    requestTimeout: PROBE_MS,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  }).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).clusterId === clusterId;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
