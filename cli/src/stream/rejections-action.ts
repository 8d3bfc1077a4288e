import { type RejectedLine, createStreamRepository } from "@canarec/db-utils/stream/repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { REJECTION_REASONS } from "@canarec/stream-parser/parsing/index";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { escapeBytes } from "../output/escape-bytes.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { withDatabase } from "../with-database.ts";

interface Options extends CommonOptions {
  readonly reason?: string;
  readonly limit: number;
}

/** A rejected line, its bytes made printable without loss. */
export type Rejection = Omit<RejectedLine, "raw"> & {
  readonly raw: string;
  /** Whether `raw` is only the beginning. */
  readonly cut: boolean;
};

/** `canarec stream rejections` */
export async function rejectionsAction(context: CliContext, options: Options): Promise<void> {
  const { reason, limit } = options;
  const known: readonly string[] = REJECTION_REASONS;
  if (reason !== undefined && !known.includes(reason)) {
    throw new ServiceError(
      "invalid_argument",
      `${reason} is no reason; there are ${known.join(", ")}`,
    );
  }
  const rejections = await withDatabase(context, options, (database) =>
    createStreamRepository(database).rejections({ reason, limit }),
  );
  const result = { rejections: rejections.map(printable) };
  printResult(context, options, result, (shown) => inWords(shown.rejections));
}

function printable({ raw, ...line }: RejectedLine): Rejection {
  return { ...line, raw: escapeBytes(raw), cut: raw.length < line.rawBytes };
}

function inWords(rejections: readonly Rejection[]): string {
  if (rejections.length === 0) return "No rejected line.";
  return table(
    ["received", "where", "reason", "line"],
    rejections.map((line) => [
      line.receivedAt.toISOString(),
      `${line.topic}/${line.partition}@${line.offset}`,
      line.reason,
      line.cut ? `${line.raw}… (${line.rawBytes} bytes)` : line.raw,
    ]),
  );
}
