import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import { z } from "zod";
import type { LastEvent } from "./last-event.ts";

/** A replica that does not answer by then gives no answer. */
const LIMIT_MS = 2_000;

const PATH = `/api/v1/users/${PROBE_USER_ID}/recommendations?n=1`;

const Answer = z.object({ lastEventAt: z.iso.datetime().nullable().optional() });

/** Ask a replica for the probe's list. Never rejects. */
export async function askLastEvent(url: string): Promise<LastEvent> {
  try {
    const answer = await fetch(new URL(PATH, url), { signal: AbortSignal.timeout(LIMIT_MS) });
    const body: unknown = await answer.json();
    if (!answer.ok) return { kind: "silent" };
    const { lastEventAt } = Answer.parse(body);
    if (lastEventAt === undefined) return { kind: "untold" };
    return { kind: "told", atMs: lastEventAt === null ? -Infinity : Date.parse(lastEventAt) };
  } catch {
    return { kind: "silent" };
  }
}
