import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundleFixture } from "./bundle-fixture.ts";
import { decodeBundle } from "./decode-bundle.ts";
import { type EncodedBundle, encodeBundle } from "./encode-bundle.ts";
import { forgedBundle } from "./forged-bundle-fixture.ts";
import { type ArtifactName, canonicalJson } from "./manifest.ts";

const contents = bundleFixture([
  { movieId: "alien+1979", title: "Alien", year: 1979, genres: ["Horror"], neighbours: [1, 2] },
  { movieId: "aliens+1986", runtimeMinutes: 137, watchers: 3, ratings: [20, 16], viewers: 1.5 },
  { movieId: "honey_+i+shrunk+the+kids+1989", genres: ["Comedy", "Family"] },
]);

const decode = (bundle: EncodedBundle) =>
  decodeBundle(bundle.bundleId, bundle.manifest, bundle.artifacts);

const forged = (name: ArtifactName, change: (view: DataView) => void) =>
  forgedBundle(encodeBundle(contents), name, change);

describe("a bundle", () => {
  it("comes back as it was", () => {
    expect(decode(encodeBundle(contents))).toEqual(contents);
  });

  it("has the id of its contents, whatever the order of the manifest's members", () => {
    const bundle = encodeBundle(contents);
    const reversed = Object.fromEntries(Object.entries(bundle.manifest).reverse());
    expect(encodeBundle(contents).bundleId).toBe(bundle.bundleId);
    expect(decodeBundle(bundle.bundleId, reversed, bundle.artifacts)).toEqual(contents);
    const other = encodeBundle({ ...contents, textVersion: 2 });
    expect(other.bundleId).not.toBe(bundle.bundleId);
  });

  it("survives an empty catalogue", () => {
    const empty = bundleFixture([]);
    expect(decode(encodeBundle(empty))).toEqual(empty);
  });

  it("is refused when any byte of any artifact differs", () => {
    const bundle = encodeBundle(contents);
    const names = [...bundle.artifacts.keys()];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (name, at, by) => {
          const bytes = (bundle.artifacts.get(name) ?? new Uint8Array()).slice();
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ by;
          const artifacts = new Map([...bundle.artifacts, [name, bytes]]);
          expect(() => decodeBundle(bundle.bundleId, bundle.manifest, artifacts)).toThrow(
            `artifact ${name} does not match its sha256`,
          );
        },
      ),
    );
  });

  it("is refused when an artifact is missing or cut", () => {
    const bundle = encodeBundle(contents);
    for (const [name, bytes] of bundle.artifacts) {
      const without = new Map([...bundle.artifacts].filter(([key]) => key !== name));
      const cut = new Map([...bundle.artifacts, [name, bytes.subarray(1)] as const]);
      const { bundleId, manifest } = bundle;
      expect(() => decodeBundle(bundleId, manifest, without)).toThrow(`${name} is missing`);
      expect(() => decodeBundle(bundleId, manifest, cut)).toThrow(`artifact ${name} has`);
    }
  });

  it("is refused when its manifest has another id", () => {
    const bundle = encodeBundle(contents);
    const changed = { ...bundle.manifest, textVersion: 9 };
    expect(() => decodeBundle(bundle.bundleId, changed, bundle.artifacts)).toThrow("hashes to");
  });

  it("names the schema version that it cannot read", () => {
    const bundle = encodeBundle(contents);
    const newer = { ...bundle.manifest, schemaVersion: 4 };
    expect(() => decodeBundle(bundle.bundleId, newer, bundle.artifacts)).toThrow(
      "schema version 4; this build reads 1, 2 and 3",
    );
  });

  it.each<{ name: ArtifactName; at: number; value: number; why: string }>([
    { name: "neighbours", at: 0, value: 3, why: "index outside" },
    { name: "neighbours", at: 0, value: -2, why: "index outside" },
    { name: "watchers", at: 1, value: -1, why: "statistics watchers has -1" },
  ])("is refused with $value in $name, though the hashes fit", ({ name, at, value, why }) => {
    const bundle = forged(name, (view) => {
      view.setInt32(at * 4, value, true);
    });
    expect(() => decode(bundle)).toThrow(why);
  });

  it.each([NaN, Infinity, 1.1])("is refused with similarity %s", (value) => {
    const bundle = forged("similarities", (view) => {
      view.setFloat32(0, value, true);
    });
    expect(() => decode(bundle)).toThrow("similarities has a number outside");
  });

  it("is refused with a catalogue that is not JSON", () => {
    const bundle = forged("catalogue", (view) => view.setUint8(0, 0));
    expect(() => decode(bundle)).toThrow("catalogue is not JSON");
  });

  it("refuses to encode arrays of another length", () => {
    const short = { ...contents, neighbours: new Int32Array(7) };
    expect(() => encodeBundle(short)).toThrow("expected 300 numbers");
  });

  it("refuses two movies with one id, and keys out of order", () => {
    const [first, second, third] = contents.catalogue;
    if (!first || !second || !third) throw new Error("fixture");
    const twice = encodeBundle({
      ...contents,
      catalogue: [first, { ...second, movieId: first.movieId }, third],
    });
    expect(() => decode(twice)).toThrow("same movie id");
    const turned = encodeBundle({ ...contents, catalogue: [second, first, third] });
    expect(() => decode(turned)).toThrow("do not ascend");
  });
});

describe("canonicalJson", () => {
  it("sorts keys at every depth and keeps arrays in order", () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: "é" } })).toBe(
      '{"a":{"c":"é","d":null},"b":[2,1]}',
    );
  });
});
