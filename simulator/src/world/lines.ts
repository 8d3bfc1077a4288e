import type { StreamEvent } from "@canarec/stream-parser/contract/event";
import { formatLine } from "@canarec/stream-parser/contract/format-line";
import type { Zone } from "@canarec/stream-parser/contract/zone";
import { DAMAGES, type Damage, damageLine } from "./damage.ts";
import type { Random } from "./random.ts";

/** How the platform writes its log. */
export interface PlatformLog {
  readonly zone: Zone;
  /** Share of lines that are damaged on purpose, in [0, 1]. */
  readonly damagedShare: number;
}

export interface StreamLine {
  readonly text: string;
  readonly kind: StreamEvent["kind"];
  /** What was done to it; undefined for a sound line. */
  readonly damage: Damage | undefined;
}

/**
 * One event as the platform logs it, damaged now and then. Times are whole seconds, but for
 * recommendations, which carry microseconds.
 */
export function streamLine(event: StreamEvent, log: PlatformLog, random: Random): StreamLine {
  const sound = soundLine(event, log.zone);
  const damage = random.chance(log.damagedShare)
    ? DAMAGES[random.below(DAMAGES.length)]
    : undefined;
  const text = damage === undefined ? sound : damageLine(sound, damage, random);
  return { text, kind: event.kind, damage };
}

function soundLine(event: StreamEvent, zone: Zone): string {
  if (event.kind === "recommendation") return formatLine(event, { zone, fraction: 6 });
  return formatLine({ ...event, atMs: Math.floor(event.atMs / 1_000) * 1_000 }, { zone });
}
