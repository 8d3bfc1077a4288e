import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { processesOf } from "../processes.ts";

/** Texts that are looked for, by what they are. */
export type Wanted = Readonly<Record<string, string>>;

const WATCH_MS = 250;

/** The names of the texts that another one holds, in their own order. */
export function foundIn(text: string | Buffer, wanted: Wanted): string[] {
  return Object.entries(wanted)
    .filter(([, one]) => text.includes(one))
    .map(([name]) => name);
}

/** `PATH: NAME` of each file below a folder that holds one of the texts, by path; packages are not looked at. */
export function filesWith(folder: string, wanted: Wanted): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return entry.name === "node_modules" ? [] : filesWith(path, wanted);
      }
      return entry.isFile()
        ? foundIn(contentOf(path), wanted).map((name) => `${path}: ${name}`)
        : [];
    });
}

/** Nothing for a file that is gone meanwhile. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "ENOENT") {
      return Buffer.alloc(0);
    }
    throw failure;
  }
}

/** `TABLE: NAME` of each table with a row that holds one of the texts, by table. */
export async function tablesWith(client: pg.Client, wanted: Wanted): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name: table } of rows) {
    const held = await client.query<{ one: string }>(
      `select wanted.one from unnest($1::text[]) wanted(one)
       where exists (select from ${table} whole_row where strpos(whole_row::text, wanted.one) > 0)`,
      [Object.values(wanted)],
    );
    const texts = held.rows.map(({ one }) => one).join("\n");
    found.push(...foundIn(texts, wanted).map((name) => `${table}: ${name}`));
  }
  return found;
}

/** The command lines of this machine that held one of the texts, while it is not disposed. */
export interface CommandLineWatch extends Disposable {
  /** `NAME in COMMAND`, each once. */
  readonly seen: ReadonlySet<string>;
}

/** Looks a few times a second, because some commands are short. */
export function watchCommandLines(wanted: Wanted): CommandLineWatch {
  const seen = new Set<string>();
  const look = () => {
    for (const line of processesOf("")) {
      const command = line.slice(line.indexOf(" ") + 1);
      for (const name of foundIn(command, wanted)) seen.add(`${name} in ${command}`);
    }
  };
  const timer = setInterval(look, WATCH_MS);
  return {
    seen,
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
