import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchKafkaJars, kafkaJarFolder } from "@canarec/local-cluster/kafka-jars";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../servers.ts";

let folder: TemporaryFolder;
let cache = "";
/** What the Maven of this test was asked for, a line a call. */
let calls = "";

beforeEach(() => {
  folder = temporaryFolder();
  cache = join(folder.path, "cache");
  calls = join(folder.path, "calls");
  writeFileSync(calls, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

describe("fetchKafkaJars", () => {
  it("asks Maven once, also when several want them", async () => {
    maven();
    const jars = kafkaJarFolder(cache);
    expect(await Promise.all([fetchKafkaJars(cache), fetchKafkaJars(cache)])).toEqual([jars, jars]);
    await fetchKafkaJars(cache);
    expect(callCount()).toBe(1);
  });

  it("asks again where the broker is not in the folder, and leaves nothing of what was there", async () => {
    maven();
    const jars = kafkaJarFolder(cache);
    mkdirSync(jars, { recursive: true });
    writeFileSync(join(jars, "kafka_2.13-1.0.0.jar"), "of another version");
    await fetchKafkaJars(cache);
    expect(callCount()).toBe(1);
    expect(existsSync(join(jars, "kafka_2.13-1.0.0.jar"))).toBe(false);
  });

  it("says what Maven says when it fails, and leaves no folder behind", async () => {
    maven("echo '[ERROR] no way out'; exit 1");
    await expect(fetchKafkaJars(cache)).rejects.toThrow("[ERROR] no way out");
    expect(existsSync(kafkaJarFolder(cache))).toBe(false);
  });
});

/** The first program on the PATH by that name; it makes the broker's jar unless told otherwise. */
function maven(script = `mkdir -p "$out" && touch "$out/kafka_2.13-$version.jar"`): void {
  const programs = join(folder.path, "programs");
  mkdirSync(programs);
  const version = /kafka-([^/]+)$/.exec(kafkaJarFolder(cache))?.[1] ?? "";
  const found = `for one in "$@"; do case $one in -DoutputDirectory=*) out=\${one#*=};; esac; done`;
  const lines = ["#!/bin/sh", `echo call >> ${calls}`, `version=${version}`, found, script];
  writeFileSync(join(programs, "mvn"), `${lines.join("\n")}\n`);
  chmodSync(join(programs, "mvn"), 0o755);
  vi.stubEnv("PATH", `${programs}:${process.env["PATH"] ?? ""}`);
}

function callCount(): number {
  return readFileSync(calls, "utf8").split("\n").length - 1;
}
