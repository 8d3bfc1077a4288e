import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clusterConfig } from "@canarec/local-cluster/config";
import { ClusterState } from "@canarec/local-cluster/cluster-state";
import type { Env } from "@canarec/service-kit/config";
import type { CliContext } from "../cli-context.ts";
import { findBackups } from "./find-backups.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "canarec-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const found = (env: Env = {}) => findBackups({ env, folder: "/shell" } as CliContext, { home });

/** A cluster that was started with this environment says where it is. */
function clusterRuns(env: Env): void {
  const url = "http://127.0.0.1:1";
  const at = {
    ...{ databaseUrl: "postgres://canarec@127.0.0.1:1/canarec", kafkaBrokers: "127.0.0.1:1" },
    ...{ chromaUrl: url, ownKafka: false, home, host: "127.0.0.1", publicPort: 1 },
    ports: {},
  };
  new ClusterState(home).publish(at, [], clusterConfig(env));
}

describe("findBackups", () => {
  it("has defaults in the home", () => {
    expect(found()).toEqual({ folder: join(home, "backups"), daily: 7, weekly: 4 });
    clusterRuns({});
    expect(found()).toEqual({ folder: join(home, "backups"), daily: 7, weekly: 4 });
  });

  it("takes what the cluster was told, whatever the shell", () => {
    clusterRuns({ BACKUP_FOLDER: "/mnt/backups", BACKUP_DAILY: "30", BACKUP_WEEKLY: "0" });
    expect(found()).toEqual({ folder: "/mnt/backups", daily: 30, weekly: 0 });
  });

  it("lets the environment decide", () => {
    clusterRuns({ BACKUP_FOLDER: "/mnt/backups", BACKUP_DAILY: "30" });
    const own = { BACKUP_FOLDER: "mine", BACKUP_WEEKLY: "9" };
    expect(found(own)).toEqual({ folder: "/shell/mine", daily: 30, weekly: 9 });
  });
});
