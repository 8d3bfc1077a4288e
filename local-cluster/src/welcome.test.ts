import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { innerServices, servicePlans } from "./services.ts";
import { welcome } from "./welcome.ts";

const choices = { simulator: true, linesPerSecond: undefined };
const addresses = {
  databaseUrl: "postgres://canarec:secret@127.0.0.1:5432/canarec",
  kafkaBrokers: "127.0.0.1:9092",
  chromaUrl: "http://127.0.0.1:8000",
  home: resolve(import.meta.dirname, "../../.canarec"),
  host: "127.0.0.1",
  publicPort: 8082,
  ports: Object.fromEntries(innerServices(choices).map((name, index) => [name, 20_000 + index])),
};
const served = { commit: "c".repeat(40), changedFiles: 1, releaseId: 1, code: "d".repeat(40) };

/** What is said of a cluster in that home. */
function saidOf(home: string): string {
  const at = { ...addresses, home };
  const plans = servicePlans(at, choices);
  const { commit, changedFiles, releaseId, code } = served;
  const told = {
    ...{ addresses: at, plans, watchers: [] },
    checkout: { commit, changedFiles },
    main: { releaseId, code },
  };
  return welcome(told, 1_000).join("\n");
}

describe("welcome", () => {
  it("names commands that find the usual home by themselves", () => {
    const said = saidOf(addresses.home);
    expect(said).toContain("\n  npx canarec recommend 42 --explain\n");
    expect(said).not.toContain("CANAREC_HOME");
  });

  it.each([
    ["/data/canarec", "/data/canarec"],
    ["/my data/it's", "'/my data/it'\\''s'"],
    ["/a;$(b)", "'/a;$(b)'"],
  ])("names another home, %s, in front of every command", (home, word) => {
    const said = saidOf(home);
    const commands = said.match(/.*npx canarec .*/g) ?? [];
    expect(commands.length).toBe(3);
    for (const line of commands) expect(line).toContain(`CANAREC_HOME=${word} npx canarec `);
  });

  it("says where the load balancer's metrics are, and hides the password", () => {
    const said = saidOf("/data");
    expect(said).toContain("http://127.0.0.1:8082 (metrics: http://127.0.0.1:20002/metrics)\n");
    expect(said).not.toContain("secret");
  });
});
