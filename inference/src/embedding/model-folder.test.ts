import { describe, expect, it } from "vitest";
import { SHIPPED_MODELS, modelSource } from "./model-folder.ts";

describe("modelSource", () => {
  it.each([
    ["nothing", undefined, { kind: "folder", path: SHIPPED_MODELS }],
    ["hub", "hub", { kind: "hub", cacheFolder: "/var/canarec/models" }],
    ["a folder", "/models", { kind: "folder", path: "/models" }],
  ])("is, for %s, one place for services and commands of a home", (_what, given, source) => {
    expect(modelSource(given, "/var/canarec")).toEqual(source);
  });
});
