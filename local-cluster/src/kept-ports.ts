import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { freePort } from "./port.ts";

const Ports = z.record(z.string(), z.int().min(1).max(65_535));

/** Ports by name that stay the same from start to start, as long as they are free. */
export class KeptPorts {
  readonly #path: string;
  readonly #ports: Record<string, number>;

  constructor(home: string) {
    this.#path = join(home, "ports.json");
    this.#ports = readPorts(this.#path);
  }

  /** That of the last time, if there was one. */
  preferred(name: string): number | undefined {
    return this.#ports[name];
  }

  keep(name: string, port: number): void {
    this.#ports[name] = port;
    writeFileSync(this.#path, `${JSON.stringify(this.#ports, null, 2)}\n`);
  }

  /** A free port for each name, all different. */
  async choose(names: readonly string[]): Promise<Record<string, number>> {
    const chosen: Record<string, number> = {};
    for (const name of names) {
      let port = await freePort(this.preferred(name));
      while (Object.values(chosen).includes(port)) port = await freePort();
      chosen[name] = port;
      this.keep(name, port);
    }
    return chosen;
  }
}

/** Lost or damaged, they are chosen anew: nothing depends on them. */
function readPorts(path: string): Record<string, number> {
  if (!existsSync(path)) return {};
  try {
    return Ports.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return {};
  }
}
