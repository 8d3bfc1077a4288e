import type { GroupTastes } from "../../models/cold-start/group-tastes.ts";
import { aligned } from "./column.ts";
import { type ArtifactEntry, GROUP_TASTES, type LearnedBundleManifest } from "./manifest.ts";
import { SIZES, damaged, wholeBytes } from "./whole-bytes.ts";

type WithGroups = Extract<LearnedBundleManifest, { schemaVersion: 3 }>;

/**
 * What groups of users like, in a bundle of n movies: the shape, the hash, and that likes are numbers from 0.
 *
 * @throws ServiceError "data_loss".
 */
export function decodeGroups(
  { learned: { groups: names }, artifacts: entries }: WithGroups,
  artifacts: ReadonlyMap<string, Uint8Array>,
  n: number,
): GroupTastes {
  const values = likesOf(entries, artifacts, [names.length + 1, n]);
  const rowOf = (row: number) => values.subarray(row * n, (row + 1) * n);
  const groups = new Map(names.map((name, place) => [name, rowOf(place + 1)]));
  return { movies: n, all: rowOf(0), groups };
}

function likesOf(
  entries: readonly ArtifactEntry[],
  artifacts: ReadonlyMap<string, Uint8Array>,
  shape: readonly [number, number],
): Float32Array {
  const entry = entries.find(({ name }) => name === GROUP_TASTES);
  if (entry === undefined) throw damaged(`artifact ${GROUP_TASTES} is missing`);
  if (entry.dtype !== "f32" || entry.shape.join() !== shape.join()) {
    throw damaged(`artifact ${GROUP_TASTES} is ${entry.dtype} of shape ${entry.shape.join("×")}`);
  }
  const bytes = wholeBytes(entry, artifacts, shape[0] * shape[1] * SIZES.f32);
  const values = new Float32Array(aligned(bytes));
  const isLikes = values.every((value) => value >= 0 && value < Infinity);
  if (!isLikes) throw damaged(`artifact ${GROUP_TASTES} has a number that is no count`);
  return values;
}
