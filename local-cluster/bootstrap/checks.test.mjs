import { expect, it } from "vitest";
import { runChecks } from "./checks.mjs";

const node = (name, code) => ({ name, program: process.execPath, args: ["--eval", code] });

it("runs checks beside one another, and names those that failed in their order", async () => {
  const told = [];
  const checks = [
    node("late", "setTimeout(() => { console.log('one'); process.exit(1); }, 500)"),
    node("well", "console.log('two'); console.error('three')"),
    { name: "absent", program: "/nowhere/program", args: [] },
  ];
  const failed = await runChecks(checks, (text) => told.push(text), process.cwd());
  expect(failed).toEqual(["late", "absent"]);
  expect(told.at(-1)).toMatch(/^check: late: failed in \d+ s\none\n$/);
  const well = told.find((text) => text.startsWith("check: well: passed in "));
  expect(well?.split("\n").slice(1).toSorted()).toEqual(["", "three", "two"]);
  expect(told.find((text) => text.startsWith("check: absent: failed"))).toContain("ENOENT");
});
