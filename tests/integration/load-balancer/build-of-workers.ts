import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BuildReply } from "@canarec/load-balancer/workers/worker-build";
import type { BalancerProcess } from "./balancer-process.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A folder with a load balancer that is ours but for what is written in front of it. */
export function buildOfWorkers(folder: string, inFront = ""): string {
  const place = join(folder, "load-balancer", "src");
  mkdirSync(place, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  const ours = JSON.stringify(join(ROOT, "load-balancer", "src", "main.ts"));
  writeFileSync(join(place, "main.ts"), `${inFront}\nawait import(${ours});\n`);
  return folder;
}

/** Ask the parent for workers of a build. @returns why they were taken back. */
export async function releaseBuild(
  { child }: BalancerProcess,
  folder: string,
): Promise<string | undefined> {
  const answered = once(child, "message");
  child.send({ say: "build", folder });
  const [reply] = (await answered) as [BuildReply];
  return reply.refused;
}
