import type { z } from "zod";
import { type Column, numbers } from "./column.ts";
import type { LearnedPart } from "./contents.ts";
import type { LearnedManifest } from "./learned-manifest.ts";
import { type ArtifactEntry, GROUP_TASTES, LIKENESS, type ModelArtifactName } from "./manifest.ts";
import type { GroupTastes } from "../../models/cold-start/group-tastes.ts";

/** What the manifest says of a learned part. */
export function learnedManifest(learned: LearnedPart): z.infer<typeof LearnedManifest> {
  return {
    from: { ...learned.from },
    seed: learned.seed,
    preference: { ...learned.preference },
    models: learned.models.map(({ name, config, artifact }) => {
      assertFinite(`model ${name}`, Object.values(artifact.numbers));
      return { name, config: plain(config), numbers: { ...artifact.numbers } };
    }),
    blend: plain(learned.blend),
  };
}

/** The names of a bundle's groups, in the order of their rows. */
export function groupNames(groups: GroupTastes): string[] {
  return [...groups.groups.keys()].sort();
}

/**
 * The vectors of likeness, (n × dimensions), and every array of every model, (length), in order of models and
 * of the arrays' names; and the tastes of groups, where there are any.
 */
export function learnedColumns(
  learned: LearnedPart,
  n: number,
): [ModelArtifactName | typeof LIKENESS | typeof GROUP_TASTES, Column][] {
  const { vectors, dimensions } = learned.likeness;
  assertFinite(LIKENESS, vectors);
  return [
    [LIKENESS, numbers("f32", vectors, [n, dimensions])],
    ...modelColumns(learned),
    ...(learned.groups ? [groupColumn(learned.groups, n)] : []),
  ];
}

/** Everybody's likes, then those of each group. */
function groupColumn(groups: GroupTastes, n: number): [typeof GROUP_TASTES, Column] {
  const rows = [groups.all, ...groupNames(groups).flatMap((name) => groups.groups.get(name) ?? [])];
  const values = new Float32Array(rows.length * n);
  rows.forEach((row, place) => {
    values.set(row, place * n);
  });
  assertFinite(GROUP_TASTES, values);
  return [GROUP_TASTES, numbers("f32", values, [rows.length, n])];
}

function modelColumns(learned: LearnedPart): [ModelArtifactName, Column][] {
  return learned.models.flatMap(({ name, artifact }) =>
    Object.entries(artifact.arrays)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([array, values]): [ModelArtifactName, Column] => {
        const artifactName = `model.${name}.${array}` as const;
        assertFinite(artifactName, values);
        return [artifactName, numbers(dtypeOf(values), values, [values.length])];
      }),
  );
}

function dtypeOf(values: Int32Array | Float32Array | Float64Array): ArtifactEntry["dtype"] {
  if (values instanceof Int32Array) return "i32";
  return values instanceof Float32Array ? "f32" : "f64";
}

/** As JSON has it: a copy whose type says that it can be written. */
function plain(value: object): z.infer<typeof LearnedManifest>["blend"] {
  return JSON.parse(JSON.stringify(value)) as z.infer<typeof LearnedManifest>["blend"];
}

function assertFinite(what: string, values: ArrayLike<number>): void {
  for (let place = 0; place < values.length; place += 1) {
    if (!Number.isFinite(values[place])) {
      throw new RangeError(`${what} has ${values[place]} at ${place}: it cannot be in a bundle`);
    }
  }
}
