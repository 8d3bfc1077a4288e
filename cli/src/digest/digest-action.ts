import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { readDigest } from "@canarec/monitoring/digest/digest";
import { digestText } from "@canarec/monitoring/digest/digest-text";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { withDatabase } from "../with-database.ts";

export interface DigestOptions extends CommonOptions {
  readonly day?: string;
  readonly tell?: boolean;
}

const DAY_MS = 86_400_000;

/**
 * `canarec digest`
 *
 * @throws ServiceError `invalid_argument` for what is no day, or has not begun.
 */
export async function digestAction(context: CliContext, options: DigestOptions): Promise<void> {
  const now = new Date();
  const day = options.day === undefined ? yesterday(now) : dayOf(options.day, now);
  const digest = await withDatabase(context, options, async (database) => {
    const read = await readDigest(database, day);
    if (options.tell === true) {
      const notice = { key: `digest-${read.day}`, kind: "digest", text: digestText(read) };
      await createNoticeRepository(database).write(notice, { at: now });
    }
    return read;
  });
  printResult(context, options, digest, digestText);
}

function yesterday(now: Date): Date {
  return new Date((Math.floor(now.getTime() / DAY_MS) - 1) * DAY_MS);
}

function dayOf(text: string, now: Date): Date {
  const day = new Date(`${text}T00:00:00Z`);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime());
  if (!isDay || !day.toISOString().startsWith(text)) {
    throw new ServiceError("invalid_argument", "expected a day as 2026-03-01");
  }
  if (day <= now) return day;
  throw new ServiceError("invalid_argument", `${text} has not begun (UTC)`);
}
