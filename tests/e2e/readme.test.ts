import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readClusterFile } from "@canarec/local-cluster/cluster-file";
import { freePort } from "@canarec/local-cluster/port";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { type ClusterProcess, npmStart } from "./cluster-process.ts";
import { readmeCommands } from "./readme-commands.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** Installing, fetching Kafka and embedding 3,200 movies on two busy cores. */
const FIRST_START_MS = 900_000;

let folder: TemporaryFolder;
let clone = "";
let home = "";
let port = 0;
let cluster: ClusterProcess | undefined;

beforeAll(async () => {
  folder = temporaryFolder();
  clone = join(folder.path, "clone");
  home = join(clone, ".canarec");
  port = await freePort();
  copyTrackedFiles(clone);
});
afterAll(async () => {
  const running = readClusterFile(home);
  if (running !== undefined) process.kill(running.pid, "SIGINT");
  await cluster?.ended();
  folder[Symbol.dispose]();
});

describe("the README's two commands, in a folder with nothing but the repository's files", () => {
  const [start = [], ask = []] = readmeCommands("Two commands");

  it(
    "start everything",
    async () => {
      expect(start).toEqual(["npm start"]);
      cluster = npmStart(home, ["--port", String(port)], { CANAREC_CACHE: undefined }, clone);
      expect((await cluster.ready()).publicUrl).toBe(`http://127.0.0.1:${port}`);
      expect(cluster.output()).toContain("installing the dependencies");
    },
    FIRST_START_MS,
  );

  it.each(ask)("%s", (command) => {
    const answer = run(command);
    if (command.startsWith("curl")) expect(answer).toMatch(/^[^,\s]+(,[^,\s]+){19}$/);
    else expect(answer.split("\n").length).toBeGreaterThan(3);
  });
});

/** As the reader types it, but for the port. */
function run(command: string): string {
  const [program = "", ...args] = command.replace("8082", String(port)).split(" ");
  const quiet = program === "curl" ? ["--silent", "--show-error", ...args] : args;
  const env = { ...process.env, CANAREC_HOME: undefined };
  const ran = spawnSync(program, quiet, { cwd: clone, encoding: "utf8", env });
  expect({ command, status: ran.status, stderr: ran.stderr }).toMatchObject({ status: 0 });
  return ran.stdout;
}

/** What a clone would hold, with changes that are not committed yet. */
function copyTrackedFiles(target: string): void {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const file of tracked.split("\0").filter((name) => name !== "")) {
    if (!existsSync(join(ROOT, file))) continue;
    cpSync(join(ROOT, file), join(target, file), { recursive: true });
  }
  expect(existsSync(join(dirname(home), "package.json"))).toBe(true);
  const as = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
  for (const args of [["init"], ["add", "--all"], [...as, "commit", "--message", "as cloned"]]) {
    execFileSync("git", ["-C", target, ...args], { stdio: "pipe" });
  }
}
