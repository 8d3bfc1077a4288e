import type { Queryable } from "../queryable.ts";
import { type InteractionChange, encodeChanges, encodeKeys } from "./codec.ts";

/** Payload: `encodeChanges`. The interactions that a committed transaction wrote. */
export const INTERACTIONS_CHANNEL = "canarec_interactions";
/** Payload: `encodeKeys`. Movies whose catalogue row is new or changed, or that have been embedded. */
export const MOVIES_CHANNEL = "canarec_movies";
/** Payload: `encodeKeys`, of user ids. What is known of them beside interactions has changed. */
export const USERS_CHANNEL = "canarec_users";
/** Payload: a bundle id. A bundle is complete. */
export const BUNDLES_CHANNEL = "canarec_bundles";

/** Tell of written interactions. Sent inside a transaction it is delivered if and when that commits. */
export async function notifyInteractions(
  client: Queryable,
  changes: Iterable<InteractionChange>,
): Promise<void> {
  await notifyAll(client, INTERACTIONS_CHANNEL, encodeChanges(changes));
}

/** Tell of new, changed or embedded movies; delivered at commit. */
export async function notifyMovies(client: Queryable, keys: Iterable<number>): Promise<void> {
  await notifyAll(client, MOVIES_CHANNEL, encodeKeys(keys));
}

/** Tell of users of whom something else than an interaction changed; delivered at commit. */
export async function notifyUsers(client: Queryable, userIds: Iterable<number>): Promise<void> {
  await notifyAll(client, USERS_CHANNEL, encodeKeys(userIds));
}

/** Tell of a complete bundle; delivered at commit. */
export async function notifyBundle(client: Queryable, bundleId: string): Promise<void> {
  await notifyAll(client, BUNDLES_CHANNEL, [bundleId]);
}

async function notifyAll(
  client: Queryable,
  channel: string,
  payloads: readonly string[],
): Promise<void> {
  if (payloads.length === 0) return;
  await client.query("select pg_notify($1, payload) from unnest($2::text[]) as payload", [
    channel,
    payloads,
  ]);
}
