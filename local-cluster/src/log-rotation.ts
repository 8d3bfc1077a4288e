import { messageOf } from "@canarec/service-kit/errors";
import { rotateLogs } from "./log-file.ts";

/** Often enough for a log at its worst to stay within a disk. */
const EVERY_MS = 60_000;

export interface Rotation {
  readonly everyMs: number;
  readonly rotate: (folder: string) => unknown;
}

/**
 * Keep the logs of a folder small until disposed.
 *
 * @param onFailure told when it begins to fail, as on a full disk, and not again until it has worked.
 */
export function startLogRotation(
  folder: string,
  onFailure: (reason: string) => void,
  { everyMs, rotate }: Rotation = { everyMs: EVERY_MS, rotate: rotateLogs },
): Disposable {
  let isFailing = false;
  const timer = setInterval(() => {
    try {
      rotate(folder);
      isFailing = false;
    } catch (failure) {
      if (!isFailing) onFailure(messageOf(failure));
      isFailing = true;
    }
  }, everyMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
