import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RoutingSnapshot } from "@canarec/load-balancer/contract";
import { request } from "undici";

export const TOKEN = "a-token-of-the-tests";

/** Put the token where the load balancer of a home looks for it. */
export function giveToken(home: string): void {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "control-token"), `${TOKEN}\n`, { mode: 0o600 });
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Call the admin port of a load balancer. */
export async function admin(
  adminUrl: string,
  method: "GET" | "PUT",
  path: string,
  { body, token = TOKEN }: { readonly body?: unknown; readonly token?: string } = {},
): Promise<Reply> {
  const answer = await request(adminUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: JSON.parse(text) as Reply["body"] };
}

type Urls = readonly { readonly name: string; readonly url: string }[];

/** Writes snapshots, each one version above the last. */
export function controllerOf(adminUrl: string, firstVersion = 1) {
  let version = firstVersion - 1;
  const snapshot = (
    replicas: { readonly main: Urls; readonly nightly: Urls },
    changes: Partial<RoutingSnapshot> = {},
  ): RoutingSnapshot =>
    RoutingSnapshot.parse({
      v: 1,
      version: (version += 1),
      epoch: 1,
      nightlyWeight: 0,
      salt: "r1",
      step: 1,
      releaseId: 1,
      leaseEndsAt: new Date(Date.now() + 60_000).toISOString(),
      replicas,
      pinned: {},
      ...changes,
    });
  return {
    snapshot,
    route: async (
      replicas: { readonly main: Urls; readonly nightly: Urls },
      changes: Partial<RoutingSnapshot> = {},
    ): Promise<RoutingSnapshot> => {
      const written = snapshot(replicas, changes);
      const { status, body } = await admin(adminUrl, "PUT", "/routing", { body: written });
      if (status !== 200) throw new Error(`refused: ${JSON.stringify(body)}`);
      return written;
    },
  };
}
