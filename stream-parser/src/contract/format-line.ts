import type { StreamEvent } from "./event.ts";
import { type Fraction, formatLocalTime } from "./local-time.ts";
import { UTC, type Zone } from "./zone.ts";

export interface LineFormat {
  /** The platform's zone. Default UTC. */
  readonly zone?: Zone;
  /** Default `java`: as `LocalDateTime.toString()`. */
  readonly fraction?: Fraction;
}

/** One event as the platform writes it, without a newline. The inverse of parseLine for every valid event. */
export function formatLine(event: StreamEvent, format: LineFormat = {}): string {
  const localMs = (format.zone ?? UTC).toLocalMs(event.atMs);
  const time = formatLocalTime(localMs, format.fraction);
  return `${time},${event.userId},${formatRequest(event)}`;
}

function formatRequest(event: StreamEvent): string {
  switch (event.kind) {
    case "watch":
      return `GET /data/m/${event.movieId}/${event.minute}.mpg`;
    case "rating":
      return `GET /rate/${event.movieId}=${event.rating}`;
    case "account":
      return "GET /create_account";
    case "recommendation": {
      const result = event.error ?? event.movieIds.join(", ");
      return `recommendation request ${event.server}, status ${event.status}, result: ${result}, ${event.ms} ms`;
    }
  }
}
