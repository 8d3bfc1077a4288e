import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "@canarec/service-kit/errors";
import { MOVIE_ID_BYTES } from "@canarec/service-kit/identifiers";
import type { Logger } from "@canarec/service-kit/logging";
import { request } from "undici";
import { z } from "zod";

/** How many movies are kept. */
const LENGTH = 100;

/** A refresh gets as long as a few recommendations; the old list serves meanwhile. */
const REFRESH_TIMEOUT_MS = 3_000;

const PopularMovies = z.object({
  movies: z.array(z.string().min(1).max(MOVIE_ID_BYTES)).min(1).max(LENGTH),
});

/** The load balancer's own copy of the popular list, which serves when no replica can. */
export interface PopularList {
  /** The n most popular, best first; fewer, or none, if no more are known. */
  top(n: number): readonly string[];
  /** When the copy was taken, in milliseconds since 1970; undefined without one. */
  takenAtMs(): number | undefined;
  /** Take a new copy. @returns whether that worked; the old one stays if not. */
  refresh(replicaUrl: string): Promise<boolean>;
}

const Stored = z.object({ takenAtMs: z.number(), ...PopularMovies.shape });

/** Load the copy that an earlier process left, if it left a good one. */
export async function openPopularList(
  file: string,
  wallMs: () => number,
  log: Logger,
): Promise<PopularList> {
  let stored = await load(file, log);
  return {
    top: (n) => stored?.movies.slice(0, n) ?? [],
    takenAtMs: () => stored?.takenAtMs,
    async refresh(replicaUrl) {
      try {
        const { movies } = await fetchPopular(replicaUrl);
        stored = { takenAtMs: wallMs(), movies };
      } catch (err) {
        log.warn({ err, replicaUrl }, "the popular list could not be refreshed");
        return false;
      }
      await store(file, stored, log);
      return true;
    },
  };
}

async function fetchPopular(replicaUrl: string): Promise<z.output<typeof PopularMovies>> {
  const answer = await request(new URL(`/internal/popular?n=${LENGTH}`, replicaUrl), {
    signal: AbortSignal.timeout(REFRESH_TIMEOUT_MS),
  });
  if (answer.statusCode !== 200) {
    await answer.body.dump();
    throw new Error(`status ${answer.statusCode}`);
  }
  return PopularMovies.parse(await answer.body.json());
}

async function load(file: string, log: Logger): Promise<z.output<typeof Stored> | undefined> {
  try {
    return Stored.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (err) {
    const absent = err instanceof Error && "code" in err && err.code === "ENOENT";
    if (!absent) log.warn({ reason: messageOf(err) }, "the stored popular list is unreadable");
    return undefined;
  }
}

/** Whole or not at all: written beside and renamed. A full disk costs the copy, not the service. */
async function store(file: string, list: z.output<typeof Stored>, log: Logger): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const aside = `${file}.${process.pid}.new`; // several workers keep the same file
    await writeFile(aside, JSON.stringify(list));
    await rename(aside, file);
  } catch (err) {
    log.warn({ err }, "the popular list could not be stored");
  }
}
