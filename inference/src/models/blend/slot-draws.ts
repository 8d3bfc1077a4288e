import { hash } from "node:crypto";

/** What a user's draws depend on, and nothing else: the same list until one of them changes. */
export interface DrawKey {
  readonly userId: number;
  readonly bundleId: string;
  /** Changes with every interaction of the user. */
  readonly historyVersion: string | number;
}

/**
 * Uniform numbers in [0, 1) for fillSlots: the first 48 bits of SHA-256 over key, slot and use. Independent between
 * users, slots and bundles, and the same each time that they are asked for.
 */
export function slotDraws({ userId, bundleId, historyVersion }: DrawKey) {
  return (slot: number, use: "whether" | "which"): number => {
    const named = JSON.stringify([userId, bundleId, historyVersion, slot, use]);
    return hash("sha256", named, "buffer").readUIntBE(0, 6) / 2 ** 48;
  };
}
