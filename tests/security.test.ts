import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "..");
const text = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

describe("docs/security.md", () => {
  it("names tests that there are", () => {
    const named = [...text("docs/security.md").matchAll(/`([\w/.-]+\.test\.ts)`/g)];
    const files = [...new Set(named.map(([, file = ""]) => file))];
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});

describe("containers", () => {
  it("of ours run as nobody in particular", () => {
    expect(text("Dockerfile")).toMatch(/^USER 10001:10001$/m);
  });

  it("of ours have a read-only file system, no capabilities and no new privileges", () => {
    const compose = text("docker-compose.yml");
    const shared = /^x-canarec: &canarec\n((?: {2}.*\n)+)/m.exec(compose)?.[1] ?? "";
    for (const line of [
      "read_only: true",
      "cap_drop: [ALL]",
      'security_opt: ["no-new-privileges:true"]',
    ]) {
      expect(shared).toContain(`  ${line}\n`);
    }
    const services = compose.slice(compose.indexOf("\nservices:\n"));
    expect(services).not.toMatch(/read_only: false|privileged: true|cap_add/);
    const ours = services
      .split(/\n(?= {2}[a-z][a-z-]*:\n)/)
      .filter((service) => /\.ts"\]|cli\/bin\/canarec/.test(service));
    expect(ours.length).toBeGreaterThan(4);
    expect(ours.filter((service) => !service.includes("<<: *canarec"))).toEqual([]);
  });
});
