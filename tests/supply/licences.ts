import { resolve } from "node:path";
import { promisify } from "node:util";
import { init } from "license-checker-rseidelsohn";

const ROOT = resolve(import.meta.dirname, "../..");

/** Licences that allow what we do: to run, change and pass on, with their notices. */
const ALLOWED = [
  ...["MIT", "MIT-0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "Unlicense"],
  ...["CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "Python-2.0", "BlueOak-1.0.0", "Zlib", "PostgreSQL"],
  "BSL-1.0",
  "MPL-2.0", // of files that we do not change
  "LGPL-3.0-or-later", // libvips, a library of its own beside us
];

/** Whose licence has no name in its manifest, and was read. */
const READ: Readonly<Record<string, string>> = { "flatbuffers@1.12.0": "Apache-2.0" };

const isAllowed = (name: string) => ALLOWED.includes(name.replace(/\*$/, ""));

/** An expression as `(MIT OR Apache-2.0)`: one of several, or all. */
function allows(licence: string): boolean {
  const either = licence.replace(/[()]/g, "").split(/\s+OR\s+/);
  return either.some((one) => one.split(/\s+AND\s+/).every(isAllowed));
}

const packages = await promisify(init)({ start: ROOT });
const wrong = Object.entries(packages).filter(([name, { licenses = "none" }]) => {
  const all = [READ[name] ?? licenses].flat();
  return !name.startsWith("@canarec/") && !name.startsWith("canarec@") && !all.some(allows);
});
for (const [name, { licenses }] of wrong) {
  process.stdout.write(`${name}: ${[licenses].flat().join(", ")}\n`);
}
process.stdout.write(`${Object.keys(packages).length} packages, ${wrong.length} not allowed\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
