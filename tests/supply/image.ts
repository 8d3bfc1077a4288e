import { type StdioOptions, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
/** What is kept of a build: its bill of materials, and what was made of what. */
const KEPT = join(ROOT, "coverage/image");

/** @returns what it said. @throws where it fails. */
function run(program: string, args: readonly string[], input?: string): string {
  const stdio: StdioOptions = [input === undefined ? "ignore" : "pipe", "pipe", "inherit"];
  const options = { cwd: ROOT, encoding: "utf8" as const, stdio, maxBuffer: 64_000_000, input };
  const { status, stdout, error } = spawnSync(program, [...args], options);
  if (status !== 0) throw error ?? new Error(`${program} ended with exit code ${status ?? "none"}`);
  return stdout;
}

/**
 * Build the image of a commit; with `--push`, push it with the provenance and bill of materials that BuildKit attests, and
 * keep digest, commit and npm's own bill of materials in `coverage/image`.
 */
function main(push: boolean): void {
  const docker = process.env["DOCKER"] ?? "docker";
  const code = run("git", ["rev-parse", "HEAD"]).trim();
  const repository = (process.env["IMAGE_REPOSITORY"] ?? "canarec").toLowerCase();
  const image = `${repository}:${code}`;
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(join(KEPT, "sbom.json"), run("npm", ["run", "--silent", "sbom"]));
  const common = ["--build-arg", `BUILD=${code}`, "--tag", image];
  if (!push) {
    run(docker, ["build", ...common, "."]);
    process.stdout.write(`${image}\n`);
    return;
  }
  const { REGISTRY_USER: user, REGISTRY_TOKEN: token } = process.env;
  if (user !== undefined && token !== undefined) {
    const registry = repository.split("/")[0] ?? "";
    run(docker, ["login", registry, "--username", user, "--password-stdin"], token);
  }
  const metadata = join(KEPT, "build.json");
  const attested = ["--provenance", "mode=max", "--sbom", "true", "--metadata-file", metadata];
  run(docker, ["buildx", "create", "--use", "--driver", "docker-container"]); // which can attest
  run(docker, ["buildx", "build", ...attested, ...common, "--push", "."]);
  const built = JSON.parse(readFileSync(metadata, "utf8")) as Record<string, unknown>;
  const digest = built["containerimage.digest"];
  const provenance = { image, digest, commit: code };
  writeFileSync(join(KEPT, "provenance.json"), `${JSON.stringify(provenance, null, 2)}\n`);
  process.stdout.write(`${repository}@${String(digest)}\n`);
}

main(parseArgs({ options: { push: { type: "boolean", default: false } } }).values.push);
