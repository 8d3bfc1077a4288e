import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@canarec/local-cluster/port";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { freshTopic, temporaryFolder } from "../../servers.ts";
import { readExposures } from "./exposure-reader.ts";
import { MOVIES, after, fakeReplica } from "./fake-replica.ts";
import { until } from "./load-balancer-under-test.ts";

const MAIN = resolve(import.meta.dirname, "../../../load-balancer/src/main.ts");

function startProcess(env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: { ...process.env, LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function untilLogged(child: ChildProcess, text: string): Promise<void> {
  if (!child.stdout) throw new Error("no output");
  for await (const line of createInterface(child.stdout)) if (line.includes(text)) return;
}

describe("a load balancer that is told to stop", () => {
  it("answers what it took, loses no exposure, and ends with 0", async () => {
    await using topic = await freshTopic();
    using folder = temporaryFolder();
    await using replica = await fakeReplica(after(30));
    const port = await freePort();
    const child = startProcess({
      PORT: String(port),
      ADMIN_PORT: "0",
      REPLICA_URLS: replica.url,
      KAFKA_BROKERS: topic.brokers.join(","),
      EXPOSURE_TOPIC: topic.topic,
      CANAREC_HOME: join(folder.path, "home"),
      DRAIN_DELAY_MS: "300",
    });
    const exited = once(child, "exit");
    await untilLogged(child, '"msg":"ready"');
    child.stdout?.resume();
    await sleep(300);

    const answered: number[] = [];
    const failures: string[] = [];
    let user = 0;
    // Each asks until it is told to connect elsewhere.
    const client = async () => {
      for (let told = false; !told;) {
        const mine = ++user;
        try {
          const got = await request(`http://127.0.0.1:${port}/recommend/${mine}`);
          const text = await got.body.text();
          if (got.statusCode === 200 && text === MOVIES.join(",")) answered.push(mine);
          else failures.push(`${got.statusCode} ${text}`);
          told = got.headers["connection"] === "close";
        } catch (error) {
          failures.push(String(error));
          return;
        }
      }
    };
    const clients = Promise.all(Array.from({ length: 16 }, client));
    await until(() => answered.length > 100 || failures.length > 0);
    child.kill("SIGTERM");
    await clients;
    expect(await exited).toEqual([0, null]);
    expect(failures).toEqual([]);
    expect(answered.length).toBeGreaterThan(100);

    await using reader = await readExposures(topic.brokers, topic.topic);
    const exposures = await reader.ofUsers(answered);
    expect(exposures).toHaveLength(answered.length);
  });

  it("says in one line what is wrong with its environment", async () => {
    const child = startProcess({ REPLICA_URLS: "nonsense", KAFKA_BROKERS: "" });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, "exit")).toEqual([1, null]);
    expect(said.trim().split("\n")).toHaveLength(1);
    expect(said).toMatch(/REPLICA_URLS.*KAFKA_BROKERS/);
    expect(said).not.toContain("nonsense");
  });
});
