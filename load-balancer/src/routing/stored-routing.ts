import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { RoutingSnapshot } from "../contract/routing-snapshot.ts";

/** The snapshot that an earlier process held; undefined without one, or with a damaged one. */
export async function readStoredRouting(
  file: string,
  log: Logger,
): Promise<RoutingSnapshot | undefined> {
  try {
    return RoutingSnapshot.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (err) {
    const absent = err instanceof Error && "code" in err && err.code === "ENOENT";
    if (!absent) log.warn({ reason: messageOf(err) }, "the stored routing is unreadable");
    return undefined;
  }
}

/**
 * Keep a snapshot for the next start: whole or not at all, and on the disk before it is acknowledged.
 *
 * @throws whatever the disk says.
 */
export async function storeRouting(file: string, snapshot: RoutingSnapshot): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = await open(`${file}.new`, "w", 0o600);
  try {
    await aside.writeFile(JSON.stringify(snapshot));
    await aside.sync();
  } finally {
    await aside.close();
  }
  await rename(`${file}.new`, file);
}
