import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import { parseUserId } from "@canarec/service-kit/identifiers";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import { formatLine } from "@canarec/stream-parser/contract/format-line";
import type { Zone } from "@canarec/stream-parser/contract/zone";
import { splitLines } from "@canarec/vectordb-scripts/catalog/read-lines";

/** One line to send, and the user whose lines must stay in order; undefined if it tells none. */
export interface ReplayLine {
  readonly value: Buffer;
  readonly userId: number | undefined;
}

export type ReplayFormat = "lines" | "ratings";

export interface ReplaySource {
  readonly format: ReplayFormat;
  /** A line of the file, or undefined for one that could not be read. */
  readonly lines: AsyncIterable<ReplayLine | undefined>;
}

export interface RatingScale {
  readonly zone: Zone;
  /** The platform's highest rating; MovieLens has five stars. */
  readonly ratingMax: number;
}

/** As long as a message that Kafka takes by default. */
const LINE_BYTES = 1_000_000;

const RATINGS_HEADER = "userId,movieId,rating,timestamp";

/**
 * The lines of a file: of the stream's contract, byte for byte, or of a MovieLens `ratings.csv`, made
 * into contract lines with their original times.
 *
 * @throws ServiceError "invalid_argument" for a file that cannot be read.
 */
export async function openReplay(
  file: string,
  scale: RatingScale,
  wanted: ReplayFormat | undefined,
): Promise<ReplaySource> {
  const head = await readHead(file);
  const header = head.replace(/^\ufeff/, "").split(/\r?\n/, 1)[0] ?? "";
  const format = wanted ?? (header.startsWith(RATINGS_HEADER) ? "ratings" : "lines");
  if (format === "ratings" && !header.startsWith(RATINGS_HEADER)) {
    throw new ServiceError(
      "invalid_argument",
      `${path.basename(file)} lacks the header ${RATINGS_HEADER}`,
    );
  }
  const raw = rawLines(file);
  return { format, lines: format === "lines" ? contractLines(raw) : ratingLines(raw, scale) };
}

async function readHead(file: string): Promise<string> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (cause) {
    throw unusablePath(file, cause);
  }
}

/** Nothing is opened before the first is asked for. */
async function* rawLines(file: string): AsyncGenerator<Buffer | undefined> {
  yield* splitLines(createReadStream(file), LINE_BYTES);
}

async function* contractLines(
  lines: AsyncIterable<Buffer | undefined>,
): AsyncGenerator<ReplayLine | undefined> {
  for await (const value of lines) {
    yield value && { value, userId: userOf(value) };
  }
}

/** The user of a contract line, which stands between its first two commas. */
function userOf(line: Buffer): number | undefined {
  const first = line.indexOf(",");
  const second = line.indexOf(",", first + 1);
  return second === -1 ? undefined : parseUserId(line.toString("latin1", first + 1, second));
}

async function* ratingLines(
  lines: AsyncIterable<Buffer | undefined>,
  scale: RatingScale,
): AsyncGenerator<ReplayLine | undefined> {
  let isHeader = true;
  for await (const line of lines) {
    const text = line?.toString("utf8").trim();
    if (!isHeader && text !== "") yield text === undefined ? undefined : ratingLine(text, scale);
    isHeader = false;
  }
}

/** `1,31,2.5,1260759144` as the platform would have written it then; undefined if it is damaged. */
export function ratingLine(text: string, { zone, ratingMax }: RatingScale): ReplayLine | undefined {
  const match = /^(\d+),(\d+),(\d(?:\.\d+)?),(\d{1,11})(?:,|$)/.exec(text);
  if (match === null) return undefined;
  const [, user = "", movieId = "", stars = "", seconds = ""] = match;
  const userId = parseUserId(user);
  if (userId === undefined) return undefined;
  const atMs = Number(seconds) * 1_000;
  const rating = (Number(stars) * ratingMax) / 5;
  const line = formatLine({ kind: "rating", atMs, userId, movieId, rating }, { zone });
  return { value: Buffer.from(line), userId };
}
