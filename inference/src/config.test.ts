import { describe, expect, it } from "vitest";
import { inferenceConfig } from "./config.ts";

const needed = { DATABASE_URL: "postgres://u:secret@h:5432/d", CHROMA_URL: "http://h:8000" };

describe("inferenceConfig", () => {
  it("needs a database and Chroma alone", () => {
    const config = inferenceConfig(needed);
    expect(config).toMatchObject({ host: "127.0.0.1", deadlineMs: 600, streamTopic: "movielog" });
    expect(config).not.toHaveProperty("bundleId");
  });

  it("takes any minute for watched unless a share is named", () => {
    expect(inferenceConfig(needed)).toMatchObject({
      barring: { watchedAbove: 0 },
      hideAdult: false,
    });
    const told = { ...needed, WATCHED_ABOVE_SHARE: "0.05", HIDE_ADULT: "true" };
    expect(inferenceConfig(told)).toMatchObject({
      barring: { watchedAbove: 0.05 },
      hideAdult: true,
    });
    expect(() => inferenceConfig({ ...needed, WATCHED_ABOVE_SHARE: "5%" })).toThrow(
      "WATCHED_ABOVE_SHARE",
    );
  });

  it("names every wrong variable at once, and no value", () => {
    const wrong = { ...needed, CHROMA_URL: "ftp://x", BUNDLE_ID: "newest", PORT: "80a" };
    expect.hasAssertions();
    try {
      inferenceConfig(wrong);
    } catch (failure) {
      const text = String(failure);
      for (const name of ["CHROMA_URL", "BUNDLE_ID", "PORT"]) expect(text).toContain(name);
      for (const value of ["ftp", "newest", "80a", "secret"]) expect(text).not.toContain(value);
    }
  });
});
