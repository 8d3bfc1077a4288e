import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { withLock } from "../file-lock.ts";
import {
  type MonitoringPrograms,
  type ProgramPlaces,
  findMonitoringPrograms,
  unpackedPackages,
} from "./monitoring-programs.ts";

const run = promisify(execFile);

const PACKAGES = ["prometheus", "prometheus-alertmanager"];
const LIMIT_MS = 180_000;

/**
 * Debian's Alertmanager reads its templates from /usr/share and nowhere else: it gets a view of its own of that folder,
 * which root may give, and whoever may be root in a name space of users.
 */
const WITH_OWN_SHARE = `#!/bin/sh
usr=$(dirname "$(dirname "$(readlink -f "$0")")")
[ "$(id -u)" = 0 ] || as=--map-root-user
exec unshare $as --mount sh -c 'mount --bind "$0/share" /usr/share && exec "$0/libexec/alertmanager" "$@"' "$usr" "$@"
`;

/**
 * Prometheus and Alertmanager as they are found, or else fetched from Debian's archive and unpacked in the
 * cache (30 MB to fetch): nothing is installed, started or changed outside it, and no root is needed.
 *
 * @throws ServiceError `failed_precondition` where they are absent and cannot be fetched.
 */
export async function fetchMonitoringPrograms(places: ProgramPlaces): Promise<MonitoringPrograms> {
  try {
    return findMonitoringPrograms(places);
  } catch {
    // Fetched below.
  }
  const folder = unpackedPackages(places.cacheDir);
  mkdirSync(join(folder, ".."), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (isComplete(places)) return;
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    try {
      await unpack(partial);
      rmSync(folder, { recursive: true, force: true });
      renameSync(join(partial, "root"), folder);
    } catch (cause) {
      const why = `Debian's Prometheus cannot be fetched: ${reasonOf(cause)}`;
      throw new ServiceError("failed_precondition", why, { cause });
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
  });
  return findMonitoringPrograms(places);
}

function isComplete(places: ProgramPlaces): boolean {
  try {
    findMonitoringPrograms(places);
    return true;
  } catch {
    return false;
  }
}

/** By the system's lists of packages; where it has none, by lists of our own. */
async function unpack(folder: string): Promise<void> {
  await apt(folder, ["download", ...PACKAGES]).catch(async () => {
    const own = join(folder, "apt");
    mkdirSync(join(own, "lists", "partial"), { recursive: true });
    mkdirSync(join(own, "cache", "archives", "partial"), { recursive: true });
    const options = [
      ...[
        "-o",
        `Dir::State::lists=${join(own, "lists")}`,
        "-o",
        `Dir::Cache=${join(own, "cache")}`,
      ],
      ...["-o", "Debug::NoLocking=true"],
    ];
    await apt(folder, [...options, "update"]);
    await apt(folder, [...options, "download", ...PACKAGES]);
  });
  const root = join(folder, "root");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".deb"))) {
    await run("dpkg-deb", ["-x", join(folder, file), root], { timeout: LIMIT_MS });
  }
  await wrapAlertmanager(join(root, "usr"));
}

/** @throws where it cannot be run here. */
async function wrapAlertmanager(usr: string): Promise<void> {
  mkdirSync(join(usr, "libexec"));
  renameSync(join(usr, "bin", "prometheus-alertmanager"), join(usr, "libexec", "alertmanager"));
  const wrapper = join(usr, "bin", "alertmanager");
  writeFileSync(wrapper, WITH_OWN_SHARE, { mode: 0o755 });
  await run(wrapper, ["--version"], { timeout: LIMIT_MS });
}

async function apt(folder: string, args: readonly string[]): Promise<void> {
  // As root apt would fetch as another user, who may not write here.
  const asOurselves = ["-o", "APT::Sandbox::User=root"];
  await run("apt-get", ["-q", ...asOurselves, ...args], { cwd: folder, timeout: LIMIT_MS });
}

/** The first line in which the program says what is wrong. */
function reasonOf(failure: unknown): string {
  const { code, stderr } = failure as { code?: unknown; stderr?: string };
  if (code === "ENOENT") return "apt-get is not here";
  const said = stderr?.split("\n").find((line) => /^(E|unshare|mount):/.test(line));
  return said ?? messageOf(failure);
}
