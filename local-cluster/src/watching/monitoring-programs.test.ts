import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findMonitoringPrograms } from "./monitoring-programs.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "canarec-programs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function programs(place: string, names: readonly string[], mode = 0o755): string {
  mkdirSync(join(folder, place), { recursive: true });
  for (const name of names) writeFileSync(join(folder, place, name), "", { mode });
  return join(folder, place);
}

describe("findMonitoringPrograms", () => {
  it("takes those on the path, by Debian's names or others', before those in the cache", () => {
    const bin = programs("bin", ["prometheus", "promtool", "alertmanager"]);
    programs("cache/prometheus/usr/bin", ["prometheus", "amtool", "prometheus-alertmanager"]);
    const cacheDir = join(folder, "cache");
    expect(findMonitoringPrograms({ path: `:/nowhere:${bin}`, cacheDir })).toEqual({
      prometheus: join(bin, "prometheus"),
      promtool: join(bin, "promtool"),
      alertmanager: join(cacheDir, "prometheus/usr/bin/prometheus-alertmanager"),
      amtool: join(cacheDir, "prometheus/usr/bin/amtool"),
    });
  });

  it("says what is not there, and how to get it", () => {
    const bin = programs("bin", ["prometheus", "promtool"]);
    programs("bin", ["amtool"], 0o644);
    expect(() => findMonitoringPrograms({ path: bin, cacheDir: folder })).toThrow(
      /^alertmanager and amtool not found: on Debian, apt-get install prometheus prometheus-alertmanager/,
    );
    expect(() => findMonitoringPrograms({ path: undefined, cacheDir: folder })).toThrow(
      "prometheus and promtool and alertmanager and amtool not found",
    );
  });
});
