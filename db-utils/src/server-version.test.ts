import { describe, expect, it } from "vitest";
import type { Queryable } from "./queryable.ts";
import { requireVersion } from "./server-version.ts";

/** Stands for a server of that major version: the tests run on one only. */
const serverOf = (version: number) =>
  ({ query: async () => ({ rows: [{ version }] }) }) as unknown as Queryable;

describe("requireVersion", () => {
  it("refuses a server older than 18 in one line", async () => {
    await expect(requireVersion(serverOf(17), "127.0.0.1:5432/canarec")).rejects.toThrow(
      /^Postgres at 127\.0\.0\.1:5432\/canarec is version 17; 18 or newer is needed$/,
    );
  });

  it.each([18, 19])("takes %s", async (version) => {
    await expect(requireVersion(serverOf(version), "here")).resolves.toBeUndefined();
  });
});
