import { describe, expect, it } from "vitest";
import { leaseLostText } from "./tell-operators.ts";

const at = new Date("2026-03-01T20:00:00Z");
const lost = { releaseId: 7, version: 31, nightlyWeight: 0.25 };

describe("leaseLostText", () => {
  it("says who goes back to main, and what follows", () => {
    expect(leaseLostText(lost, at)).toBe(
      [
        "The control plane has not renewed nightly's lease (release 7, routing 31): it is gone, or cut off",
        "Users: 25 % of the users, who had nightly, get main again; nobody is without a list",
        "Since: 2026-03-01 20:00:00 UTC",
        "Done: main serves all; the release is held when a control plane is back",
        "Look: npx canarec release status",
      ].join("\n"),
    );
  });

  it("says that nobody had it while it was shadowed", () => {
    expect(leaseLostText({ ...lost, nightlyWeight: 0 }, at)).toContain("Users: none had nightly");
  });
});
