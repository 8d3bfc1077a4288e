import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** Folders with a slash at the end, separated by commas: those of what is mutated, whose own tests are to notice it. */
const folders = (process.env["MUTATED_FOLDERS"] ?? "").split(",");

export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  test: { include: folders.map((folder) => `${folder}**/*.test.ts`), testTimeout: 60_000 },
});
