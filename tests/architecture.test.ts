import { existsSync, readFileSync, readdirSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { PURE_FILES, PURE_FOLDERS } from "./pure-folders.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

/** What each workspace may import from the others. A row names only rows below it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cli: [
    "local-cluster",
    "simulator",
    "vectordb-scripts",
    "monitoring",
    "stream-parser",
    "load-balancer",
    "inference",
    "db-utils",
    "service-kit",
  ],
  "local-cluster": [
    "simulator",
    "vectordb-scripts",
    "monitoring",
    "stream-parser",
    "load-balancer",
    "inference",
    "db-utils",
    "service-kit",
  ],
  simulator: ["stream-parser", "db-utils", "service-kit"],
  "vectordb-scripts": ["stream-parser", "inference", "db-utils", "service-kit"],
  monitoring: ["stream-parser", "load-balancer", "db-utils", "service-kit"],
  "stream-parser": ["load-balancer", "db-utils", "service-kit"],
  "load-balancer": ["inference", "db-utils", "service-kit"],
  inference: ["db-utils", "service-kit"],
  "db-utils": ["service-kit"],
  "service-kit": [],
};

/** Of a service, others may import only these folders: the wire's schemas and pure functions. */
const PUBLIC_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  "stream-parser": ["contract", "metadata", "parsing"],
  "load-balancer": ["contract", "assignment", "rollout"],
  inference: ["contract", "bundle", "embedding", "evaluation", "models", "training"],
};

/** Workspaces above the services, which may use any of a service's folders. */
const ABOVE_SERVICES = ["cli", "local-cluster"];

/** Packages of pure functions that pure folders may use. */
const PURE_PACKAGES = [
  "zod",
  "pure-rand",
  "@stdlib/math-base-special-betainc",
  "@stdlib/math-base-special-betaincinv",
  "@stdlib/math-base-special-erfc",
  "@stdlib/math-base-special-erfcinv",
  "@stdlib/math-base-special-gammainc",
  "@stdlib/math-base-special-gammaincinv",
  "@stdlib/math-base-special-gammaln",
];

interface Import {
  readonly file: string;
  readonly name: string;
  /** Erased before running. */
  readonly typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/\.(?:test|suite)\.ts$/.test(file))
    .map((file) => path.join(folder, file));
}

function text(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** Without comments. */
function code(file: string): string {
  return text(file).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "");
}

function imports(file: string): Import[] {
  const statement =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;"]*?\bfrom\s+"([^"]+)"|\bimport\s*\(\s*"([^"]+)"\s*\)|(?:^|\n)import\s+"([^"]+)"/g;
  return [...text(file).matchAll(statement)].map((match) => ({
    file,
    name: match[2] ?? match[3] ?? match[4] ?? "",
    typeOnly: match[1] !== undefined,
  }));
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

const workspaces = Object.keys(MAY_IMPORT);
const internal = (name: string) => name.startsWith("@canarec/");
const workspaceOf = (name: string) => name.split("/")[1] ?? "";

describe("architecture", () => {
  it("covers every workspace", () => {
    const root = JSON.parse(text("package.json")) as { workspaces: string[] };
    expect(root.workspaces.toSorted()).toEqual(workspaces.toSorted());
  });

  it.each(workspaces)("%s imports only from workspaces below it", (workspace) => {
    const wrong = sources(`${workspace}/src`)
      .flatMap(imports)
      .filter(({ name }) => internal(name) && workspaceOf(name) !== workspace)
      .filter(({ name }) => !MAY_IMPORT[workspace]?.includes(workspaceOf(name)));
    expect(wrong).toEqual([]);
  });

  it.each(workspaces)("%s does not reach into another workspace by path", (workspace) => {
    const wrong = sources(`${workspace}/src`)
      .flatMap(imports)
      .filter(({ name }) => name.startsWith("."))
      .filter(({ file, name }) => !path.join(path.dirname(file), name).startsWith(`${workspace}/`));
    expect(wrong).toEqual([]);
  });

  it.each(workspaces.filter((name) => !ABOVE_SERVICES.includes(name)))(
    "%s uses of other services only their contracts and pure folders",
    (workspace) => {
      const wrong = sources(`${workspace}/src`)
        .flatMap(imports)
        .filter(({ name }) => internal(name) && workspaceOf(name) !== workspace)
        .filter(({ name }) => {
          const open = PUBLIC_FOLDERS[workspaceOf(name)];
          return open !== undefined && !open.includes(name.split("/")[2] ?? "");
        });
      expect(wrong).toEqual([]);
    },
  );

  it.each(workspaces)("%s declares every package that it imports", (workspace) => {
    const manifest = JSON.parse(text(`${workspace}/package.json`)) as {
      dependencies?: Record<string, string>;
    };
    const undeclared = sources(`${workspace}/src`)
      .flatMap(imports)
      .filter(({ name }) => !name.startsWith(".") && !name.startsWith("node:"))
      .map(({ name }) => packageOf(name))
      .filter((name) => name !== `@canarec/${workspace}` && !builtinModules.includes(name))
      .filter((name) => manifest.dependencies?.[name] === undefined);
    expect([...new Set(undeclared)]).toEqual([]);
  });

  it.each([...PURE_FOLDERS, ...PURE_FILES])("%s is pure", (place) => {
    expect(existsSync(path.join(ROOT, place))).toBe(true);
    const files = place.endsWith(".ts") ? [place] : sources(place);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const impure = imports(file).filter(({ name, typeOnly }) => {
        if (typeOnly || PURE_PACKAGES.includes(packageOf(name))) return false;
        if (name.startsWith(".")) {
          const target = path.join(path.dirname(file), name);
          return !PURE_FOLDERS.some((pure) => target.startsWith(`${pure}/`));
        }
        const target = name.replace(/^@canarec\/([^/]+)\//, "$1/src/");
        return (
          !PURE_TARGETS.includes(name) &&
          !PURE_FOLDERS.some((pure) => target.startsWith(`${pure}/`))
        );
      });
      expect(impure, file).toEqual([]);
      expect(code(file), file).not.toMatch(
        /\bDate\.now\b|\bnew Date\(\)|Math\.random|\brandom(?:UUID|Bytes|Int)\b|\bprocess\.|\bfetch\(|\bsetTimeout\b|performance\.now/,
      );
    }
  });

  it("reads the environment in main.ts alone", () => {
    const readers = workspaces
      .flatMap((workspace) => sources(`${workspace}/src`))
      // Where programs are found is no configuration: children are given it as it is.
      .filter((file) => code(file).replaceAll('process.env["PATH"]', "").includes("process.env"));
    expect(readers.filter((file) => path.basename(file) !== "main.ts")).toEqual([]);
  });

  it("keeps Chroma, the embedder and Kafka out of what answers a request", () => {
    const hot = ["retrieval", "ranking", "history", "serving", "statistics"];
    const slow = ["chromadb", "@xenova/transformers", "kafkajs"];
    const files = hot.flatMap((folder) => sources(`inference/src/${folder}`));
    const wrong = [...files, "inference/src/routes/recommend.ts"]
      .flatMap(imports)
      .filter(({ name }) => slow.includes(packageOf(name)) || name.includes("/embedding/"));
    expect(wrong).toEqual([]);
  });

  it("gives each lock of Postgres a number of its own", () => {
    const numbers = workspaces
      .flatMap((workspace) => sources(`${workspace}/src`))
      .flatMap((file) => [...code(file).matchAll(/^const \w*LOCKS? = ([\d_]+);/gm)])
      .map(([, number = ""]) => number);
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers).toEqual([...new Set(numbers)]);
  });

  it("schedules nothing outside monitoring/src/jobs", () => {
    const wrong = workspaces
      .flatMap((workspace) => sources(`${workspace}/src`))
      .flatMap(imports)
      .filter(({ name }) => name === "node-cron")
      .filter(({ file }) => !file.startsWith("monitoring/src/jobs/"));
    expect(wrong).toEqual([]);
  });
});

/** Pure modules outside the pure folders. */
const PURE_TARGETS = [
  "node:crypto", // hashes; its randomness is refused by name
  "@canarec/service-kit/errors",
  "@canarec/service-kit/identifiers",
  "@canarec/service-kit/notice-text",
  "@canarec/db-utils/interactions/merge-interaction",
  "@canarec/db-utils/users/probe-user",
  "@canarec/load-balancer/contract/exposure",
];
