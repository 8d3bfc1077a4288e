import {
  type InteractionChange,
  decodeChanges,
  decodeKeys,
} from "@canarec/db-utils/change-feed/codec";
import { type Listener, listenChannels } from "@canarec/db-utils/change-feed/listen";
import {
  BUNDLES_CHANNEL,
  INTERACTIONS_CHANNEL,
  MOVIES_CHANNEL,
  USERS_CHANNEL,
} from "@canarec/db-utils/change-feed/notify";
import type { Logger } from "@canarec/service-kit/logging";
import type { InferenceMetrics } from "./metrics.ts";

/** What the feed's news are for. */
export interface FeedTargets {
  readonly changed: (change: InteractionChange) => void;
  /** Something else than an interaction of a user changed. */
  readonly userChanged: (userId: number) => void;
  readonly moviesAnnounced: () => void;
  readonly bundleAnnounced: () => void;
  /** Listening (again): what came before may have been missed. */
  readonly connected: () => void;
}

export interface FeedOptions {
  readonly url: string;
  readonly nowMs: () => number;
  readonly metrics: InferenceMetrics;
  readonly log: Logger;
}

/** Listen to the database's change feed, and hand its news on. */
export function openChangeFeed(targets: FeedTargets, options: FeedOptions): Listener {
  const { metrics, log } = options;
  return listenChannels(options.url, {
    applicationName: "canarec inference feed",
    now: options.nowMs,
    channels: {
      [INTERACTIONS_CHANNEL]: (payload) => {
        const changes = decodeOr(() => decodeChanges(payload), log);
        metrics.changesArrived(changes.length);
        changes.forEach(targets.changed);
      },
      [MOVIES_CHANNEL]: (payload) => {
        if (decodeOr(() => decodeKeys(payload), log).length > 0) targets.moviesAnnounced();
      },
      [USERS_CHANNEL]: (payload) => {
        decodeOr(() => decodeKeys(payload), log).forEach(targets.userChanged);
      },
      [BUNDLES_CHANNEL]: targets.bundleAnnounced,
    },
    onConnected: () => {
      log.info("change feed connected");
      targets.connected();
    },
    onDisconnected: () => {
      metrics.feedLost();
      log.warn("change feed lost; histories live a second until it is back");
    },
  });
}

function decodeOr<T>(decode: () => T[], log: Logger): T[] {
  try {
    return decode();
  } catch (err) {
    log.error({ err }, "a notification that cannot be read was dropped");
    return [];
  }
}
