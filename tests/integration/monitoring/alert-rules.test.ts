import { execFile } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { MONITORING, monitoringFiles } from "../../alerts.ts";
import { programsOrNot } from "../../monitoring-programs.ts";
import { temporaryFolder } from "../../servers.ts";

const run = promisify(execFile);
const { programs, why } = await programsOrNot();

/** What a program said; its words are in the failure where it does not like what it was given. */
async function says(program: string | undefined, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(program ?? "", args);
  return stdout + stderr;
}

describe("what Prometheus is given", () => {
  beforeEach(({ skip }) => skip(why !== undefined, why));

  it("is a configuration and rules that it takes", async () => {
    using folder = temporaryFolder();
    const config = join(folder.path, "prometheus.yml");
    symlinkSync(join(MONITORING, "prometheus/rules"), join(folder.path, "rules"));
    const text = readFileSync(join(MONITORING, "prometheus/prometheus.yml"), "utf8");
    writeFileSync(join(folder.path, "token"), "t"); // it looks for the file
    writeFileSync(config, text.replace("/run/canarec/metrics-token", join(folder.path, "token")));
    const said = await says(programs?.promtool, "check", "config", config);
    expect(said.match(/\d+ rules found/g)).toHaveLength(
      monitoringFiles("prometheus/rules", ".yml").length,
    );
  });

  it.each(
    monitoringFiles("prometheus/tests", ".test.yml").map((file) => [file.split("/").at(-1), file]),
  )("fires as %s has it, and otherwise not", async (_name, file = "") => {
    expect(await says(programs?.promtool, "test", "rules", file)).toContain("SUCCESS");
  });
});

describe("what Alertmanager is given", () => {
  beforeEach(({ skip }) => skip(why !== undefined, why));
  const config = join(MONITORING, "alertmanager/alertmanager.yml");

  it("is a configuration that it takes", async () => {
    expect(await says(programs?.amtool, "check-config", config)).toContain("SUCCESS");
  });

  it("is one, too, without the part that needs a webhook, as docker-compose.yml cuts it off", async () => {
    using folder = temporaryFolder();
    const text = readFileSync(config, "utf8");
    const quiet = join(folder.path, "alertmanager.yml");
    writeFileSync(quiet, text.slice(0, text.search(/^ *slack_configs:/m)));
    expect(await says(programs?.amtool, "check-config", quiet)).toContain("2 receivers");
  });

  it.each(["page", "inform"])("sends every %s to the operators", async (severity) => {
    const args = ["config", "routes", "test", `--config.file=${config}`, `severity=${severity}`];
    expect((await says(programs?.amtool, ...args)).split("\n")[0]).toBe("operators");
  });

  it("only shows what monitoring tells by itself", async () => {
    const labels = ["severity=inform", "told_by=monitoring"];
    const args = ["config", "routes", "test", `--config.file=${config}`, ...labels];
    expect((await says(programs?.amtool, ...args)).split("\n")[0]).toBe("shown");
  });
});
