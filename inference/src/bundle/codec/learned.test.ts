import { describe, expect, it } from "vitest";
import { DEFAULT_PREFERENCE } from "../../models/preference.ts";
import { bundleFixture } from "./bundle-fixture.ts";
import type { BundleContents, LearnedPart } from "./contents.ts";
import { decodeBundle } from "./decode-bundle.ts";
import { type EncodedBundle, encodeBundle } from "./encode-bundle.ts";
import { forgedBundle } from "./forged-bundle-fixture.ts";
import { type ArtifactName, bundleIdOf } from "./manifest.ts";

const learned: LearnedPart = {
  from: {
    sha256: "a".repeat(64),
    users: 3,
    interactions: 5,
    until: "2026-01-01T00:00:00.000Z",
    since: null,
  },
  seed: 7,
  preference: DEFAULT_PREFERENCE,
  likeness: { vectors: Float32Array.of(1, 0, 0, 0.6, 0.8, 0), dimensions: 3 },
  models: [
    {
      name: "ease",
      config: { l2: 200, scaled: true, name: "x" },
      artifact: {
        numbers: { movies: 2, tiny: 1e-300 },
        arrays: {
          rows: Int32Array.of(0, 1, 2),
          weights: Float32Array.of(0.1, -0.5),
          bias: Float64Array.of(1 / 3),
        },
      },
    },
    { name: "popularity", config: {}, artifact: { numbers: {}, arrays: {} } },
  ],
  blend: { weights: { ease: 0.75, popularity: 0.25 } },
};

const contents: BundleContents = {
  ...bundleFixture([{ movieId: "alien+1979" }, { movieId: "aliens+1986" }]),
  learned,
};

const decode = ({ bundleId, manifest, artifacts }: EncodedBundle) =>
  decodeBundle(bundleId, manifest, artifacts);

const forged = (name: ArtifactName, change: (view: DataView) => void) =>
  forgedBundle(encodeBundle(contents), name, change);

describe("a bundle with a learned part", () => {
  it("comes back as it was, and says that it is of version 2", () => {
    const bundle = encodeBundle(contents);
    expect(decode(bundle)).toEqual(contents);
    expect(bundle.manifest.schemaVersion).toBe(2);
  });

  it("comes back with tastes of groups, and is then of version 3", () => {
    const groups = {
      movies: 2,
      all: Float32Array.of(5, 0),
      groups: new Map([
        ["gender f", Float32Array.of(3, 0)],
        ["age 25", Float32Array.of(1, 0)],
      ]),
    };
    const bundle = encodeBundle({ ...contents, learned: { ...learned, groups } });
    expect(bundle.manifest).toMatchObject({
      schemaVersion: 3,
      learned: { groups: ["age 25", "gender f"] },
    });
    const stored: unknown = JSON.parse(JSON.stringify(bundle.manifest));
    expect(decodeBundle(bundle.bundleId, stored, bundle.artifacts).learned?.groups).toEqual(groups);
  });

  it.each([
    ["a like below none", -1, "is no count"],
    ["a like without end", Infinity, "is no count"],
    ["a like that is no number", NaN, "is no count"],
  ])("is refused with %s in the tastes of groups", (_, likes, message) => {
    const groups = new Map([["age 25", Float32Array.of(1, 0)]]);
    const tastes = { movies: 2, all: Float32Array.of(5, 0), groups };
    const bundle = encodeBundle({ ...contents, learned: { ...learned, groups: tastes } });
    const damaged = forgedBundle(bundle, "group_tastes", (view) => {
      view.setFloat32(4, likes, true);
    });
    expect(() => decode(damaged)).toThrow(message);
  });

  it("is refused with tastes of fewer groups than it names", () => {
    const groups = new Map([["age 25", Float32Array.of(1, 0)]]);
    const tastes = { movies: 2, all: Float32Array.of(5, 0), groups };
    const bundle = encodeBundle({ ...contents, learned: { ...learned, groups: tastes } });
    const artifacts = bundle.manifest.artifacts.map((entry) =>
      entry.name === "group_tastes" ? { ...entry, shape: [1, 4] } : entry,
    );
    const manifest = { ...bundle.manifest, artifacts };
    const bundleId = bundleIdOf(manifest);
    expect(() => decode({ ...bundle, manifest, bundleId })).toThrow("of shape 1×4");
  });

  it("comes back from what a database makes of its manifest", () => {
    const { bundleId, manifest, artifacts } = encodeBundle(contents);
    const stored: unknown = JSON.parse(JSON.stringify(manifest));
    expect(decodeBundle(bundleId, stored, artifacts)).toEqual(contents);
  });

  it("is a bundle of version 1 where nothing was trained, with the same id as ever", () => {
    const { learned: _, ...plain } = contents;
    const bundle = encodeBundle(plain);
    expect(bundle.manifest.schemaVersion).toBe(1);
    expect(Object.keys(bundle.manifest)).not.toContain("learned");
    expect(decode(bundle)).toEqual(plain);
  });

  it("has another id when a number, a weight or a config differs", () => {
    const id = (part: Partial<LearnedPart>) =>
      encodeBundle({ ...contents, learned: { ...learned, ...part } }).bundleId;
    const [ease, popularity] = learned.models;
    if (!ease || !popularity) throw new Error("fixture");
    const ids = [
      id({}),
      id({ seed: 8 }),
      id({ blend: {} }),
      id({ models: [{ ...ease, config: { l2: 201 } }, popularity] }),
      id({ models: [popularity] }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([NaN, Infinity, -Infinity])(
    "is refused with %s in a model, though hashes fit",
    (value) => {
      const bundle = forged("model.ease.weights", (view) => view.setFloat32(4, value, true));
      expect(() => decode(bundle)).toThrow("model.ease.weights has a number that is not finite");
    },
  );

  it.each([NaN, Infinity])("is not written with %s anywhere", (value) => {
    const [ease] = learned.models;
    if (!ease) throw new Error("fixture");
    const withArtifact = (artifact: typeof ease.artifact) =>
      encodeBundle({ ...contents, learned: { ...learned, models: [{ ...ease, artifact }] } });
    expect(() => withArtifact({ numbers: { x: value }, arrays: {} })).toThrow(
      "cannot be in a bundle",
    );
    const arrays = { x: Float32Array.of(1, value) };
    expect(() => withArtifact({ numbers: {}, arrays })).toThrow("model.ease.x has");
  });

  it("is refused with NaN in its vectors of likeness, or with rows for other movies", () => {
    const bundle = forged("likeness", (view) => view.setFloat32(0, NaN, true));
    expect(() => decode(bundle)).toThrow("likeness has a number that is not finite");
    const { vectors } = learned.likeness;
    const short = { ...learned, likeness: { vectors, dimensions: 2 } };
    expect(() => encodeBundle({ ...contents, learned: short })).toThrow("expected 4 numbers");
  });

  it("is refused when an array is missing, cut or damaged", () => {
    const { bundleId, manifest, artifacts } = encodeBundle(contents);
    const name = "model.ease.weights";
    const bytes = artifacts.get(name) ?? new Uint8Array();
    const without = new Map([...artifacts].filter(([key]) => key !== name));
    const put = (other: Uint8Array) => new Map([...artifacts, [name, other] as const]);
    expect(() => decodeBundle(bundleId, manifest, without)).toThrow(`${name} is missing`);
    expect(() => decodeBundle(bundleId, manifest, put(bytes.subarray(4)))).toThrow(
      "4 bytes, not 8",
    );
    const turned = bytes.map((byte) => byte ^ 1);
    expect(() => decodeBundle(bundleId, manifest, put(turned))).toThrow(
      "does not match its sha256",
    );
  });

  it.each([
    ["an unknown model", (name: string) => name.replace("model.ease", "model.magic")],
    ["a name that leads out of its folder", () => "model.ease.../../x"],
    ["an array of a model that is not named", (name: string) => name.replace("ease", "ials")],
  ])("is refused with %s", (_, rename) => {
    const { artifacts, manifest } = encodeBundle(contents);
    const entries = manifest.artifacts.map((entry) =>
      entry.name === "model.ease.rows" ? { ...entry, name: rename(entry.name) } : entry,
    );
    const changed: unknown = { ...manifest, artifacts: entries };
    expect(() => decodeBundle("0".repeat(64), changed, artifacts)).toThrow("bundle manifest");
  });
});
