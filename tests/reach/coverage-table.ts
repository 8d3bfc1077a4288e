import { PURE_FILES, PURE_FOLDERS } from "../pure-folders.ts";

interface Share {
  readonly total: number;
  readonly covered: number;
}

/** Of a file, as istanbul's json-summary has it. */
export interface FileCoverage {
  readonly statements: Share;
  readonly branches: Share;
  readonly functions: Share;
}

const MEASURES = ["statements", "branches", "functions"] as const;

/** A pure file with a smaller share of its statements is named. */
const LEAST_SHARE = 0.8;

/**
 * What tests reach, by workspace, of the pure rules, and of all; then the pure files of which they reach less
 * than four fifths.
 *
 * @param files by path from the root, with slashes.
 * @returns lines of text.
 */
export function coverageTable(files: ReadonlyMap<string, FileCoverage>): string[] {
  const paths = [...files.keys()].toSorted();
  const workspaces = [...new Set(paths.map((path) => path.split("/")[0] ?? ""))];
  const row = (name: string, own: readonly string[]) =>
    [name.padEnd(18), ...MEASURES.map((one) => percent(sumOf(files, own, one)).padStart(11))].join(
      "",
    );
  const low = paths.filter(
    (path) => isPure(path) && shareOf(sumOf(files, [path], "statements")) < LEAST_SHARE,
  );
  return [
    ["".padEnd(18), ...MEASURES.map((one) => one.padStart(11))].join(""),
    ...workspaces.map((name) =>
      row(
        name,
        paths.filter((path) => path.startsWith(`${name}/`)),
      ),
    ),
    row("pure rules", paths.filter(isPure)),
    row("all", paths),
    ...low.map((path) => `below 80 %: ${path} (${percent(sumOf(files, [path], "statements"))})`),
  ];
}

function isPure(path: string): boolean {
  return PURE_FILES.includes(path) || PURE_FOLDERS.some((folder) => path.startsWith(`${folder}/`));
}

function sumOf(
  files: ReadonlyMap<string, FileCoverage>,
  paths: readonly string[],
  measure: (typeof MEASURES)[number],
): Share {
  const shares = paths.flatMap((path) => files.get(path)?.[measure] ?? []);
  return {
    total: shares.reduce((sum, { total }) => sum + total, 0),
    covered: shares.reduce((sum, { covered }) => sum + covered, 0),
  };
}

/** 1 where there is nothing to reach. */
function shareOf({ total, covered }: Share): number {
  return total === 0 ? 1 : covered / total;
}

function percent(share: Share): string {
  return `${(shareOf(share) * 100).toFixed(1)} %`;
}
