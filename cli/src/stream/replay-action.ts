import path from "node:path";
import { createStreamRepository } from "@canarec/db-utils/stream/repository";
import { UTC, createZone } from "@canarec/stream-parser/contract/zone";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { type Servers, findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { counted, grouped, lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { awaitCommit } from "./await-commit.ts";
import { endOffsets, kafkaClient } from "./kafka-client.ts";
import { type ReplayFormat, openReplay } from "./replay-source.ts";
import { refuseDamaged } from "./refuse-damaged.ts";
import { type Sent, sendLines } from "./send-lines.ts";

interface Options extends CommonOptions {
  readonly format?: ReplayFormat;
  readonly rate?: number;
  /** Whether lines that are no event are sent, too. */
  readonly damaged?: boolean;
  readonly wait: boolean;
}

/** What `canarec stream replay` did. */
export interface ReplayResult {
  readonly format: ReplayFormat;
  readonly sent: number;
  /** Lines of the file that were not sent: damaged rows of ratings, or lines above a megabyte. */
  readonly skipped: number;
  /** Whether every line sent is in Postgres; false with `--no-wait`. */
  readonly committed: boolean;
  /** From the first line sent to the last one sent, or committed. */
  readonly seconds: number;
  readonly linesPerSecond: number;
}

/** `canarec stream replay` */
export async function replayAction(
  context: CliContext,
  file: string,
  options: Options,
): Promise<void> {
  const servers = findServers(context, options);
  const zone = servers.streamZone === "UTC" ? UTC : createZone(servers.streamZone);
  const scale = { zone, ratingMax: servers.ratingMax };
  const open = () => openReplay(path.resolve(context.folder, file), scale, options.format);
  const source = await open();
  if (source.format === "lines" && options.damaged !== true) {
    await refuseDamaged(file, (await open()).lines, scale);
  }
  const started = performance.now();
  const sent = await send(context, servers, { source: source.lines, options });
  if (options.wait) await waitUntilCommitted(context, options, sent);
  const seconds = Math.round(performance.now() - started) / 1_000;
  const result = {
    format: source.format,
    sent: sent.sent,
    skipped: sent.skipped,
    committed: options.wait,
    seconds,
    linesPerSecond: Math.round(sent.sent / Math.max(seconds, 0.001)),
  };
  printResult<ReplayResult>(context, options, result, inWords);
}

async function send(
  context: CliContext,
  servers: Servers,
  { source, options }: { source: Parameters<typeof sendLines>[0]; options: Options },
): Promise<Sent> {
  const kafka = kafkaClient(servers.brokers());
  const ends = await endOffsets(kafka, servers.streamTopic);
  using progress = startProgress(context, options, "sending");
  return await sendLines(source, {
    kafka,
    topic: servers.streamTopic,
    partitions: ends.length,
    rate: options.rate,
    signal: context.signal,
    onProgress: (count) => progress.update(count, count),
  });
}

async function waitUntilCommitted(
  context: CliContext,
  options: Options,
  { sent, ends }: Sent,
): Promise<void> {
  using progress = startProgress(context, options, "committing");
  await withDatabase(context, options, (database, servers) =>
    awaitCommit({
      stream: createStreamRepository(database),
      topic: servers.streamTopic,
      ends,
      signal: context.signal,
      onProgress: (lag) => progress.update(Math.max(0, sent - lag), sent),
    }),
  );
}

function inWords(result: ReplayResult): string {
  const state = result.committed ? "Sent and committed" : "Sent";
  const rate = `${grouped(result.linesPerSecond)} lines/s`;
  const lines = [
    `${state} ${counted(result.sent, "line")} in ${lasting(result.seconds)} (${rate}).`,
  ];
  if (result.skipped > 0) lines.push(`${counted(result.skipped, "line")} of the file not sent.`);
  return lines.join("\n");
}
