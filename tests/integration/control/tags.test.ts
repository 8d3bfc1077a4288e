import { renameSync } from "node:fs";
import { join } from "node:path";
import type { ControlPlane } from "@canarec/load-balancer/control/compose";
import { watchTags } from "@canarec/monitoring/tags/watch-tags";
import { createLogger } from "@canarec/service-kit/logging";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../load-balancer/load-balancer-under-test.ts";
import { type SmallRepository, makeRepository } from "../runtimes/small-build.ts";
import { operatorOf } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

const PREFIX = "release-recommender-nightly-";

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let plane: ControlPlane;
let tagged: SmallRepository;
let watch: AsyncDisposable;

beforeEach(async () => {
  controlled = await openControlledWorld();
  ({ world, plane } = controlled);
  await controlled.operator.untilReady();
  // Where the engineers work; its history is that of the other.
  tagged = makeRepository(join(world.home, "..", "tagged"));
  tagged.commit("of the engineers");
  tagged.git("tag", `${PREFIX}0`);
  watch = look();
});
afterEach(async () => {
  await watch[Symbol.asyncDispose]();
  await controlled[Symbol.asyncDispose]();
});

function look(url = plane.url): AsyncDisposable {
  return watchTags({
    ...{ db: world.database, repository: tagged.folder, plan: "quick", everyMs: 50 },
    releaseRepository: world.repository.folder,
    control: { url, tokenFile: join(world.home, "control-token") },
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" },
    now: () => new Date(),
    log: createLogger("monitoring", "silent"),
  });
}

const rows = async <T extends object>(sql: string) =>
  (await world.database.pool.query<T>(sql)).rows;
const releases = () =>
  rows<{ tag: string; code: string }>(
    "select tag, code from releases where source = 'tag' order by release_id",
  );
const outcomes = async () =>
  Object.fromEntries(
    (await rows<{ tag: string; outcome: string }>("select tag, outcome from release_tags")).map(
      ({ tag, outcome }) => [tag.slice(PREFIX.length), outcome],
    ),
  );
const notices = () =>
  rows<{ text: string }>("select text from notices where kind = 'tag' order by created_at");

describe("watched tags", () => {
  it("are submitted, each once and with its own commit, also after a restart", async () => {
    await until(async () => (await outcomes())["0"] === "before");
    const first = tagged.commit("one");
    tagged.git("tag", `${PREFIX}1`);
    await until(async () => (await outcomes())["1"] === "submitted");
    await watch[Symbol.asyncDispose]();
    const second = tagged.commit("two");
    tagged.git("-c", "tag.gpgSign=false", "tag", "--annotate", "-m", "note", `${PREFIX}2`);
    tagged.git("tag", "another-2");
    watch = look();
    await until(async () => (await outcomes())["2"] === "submitted");
    expect(await releases()).toEqual([
      { tag: `${PREFIX}1`, code: first },
      { tag: `${PREFIX}2`, code: second },
    ]);
  });

  it("are told, and not released again, when they move", async () => {
    await until(async () => (await outcomes())["0"] === "before");
    tagged.commit("moved");
    tagged.git("tag", "--force", `${PREFIX}0`);
    await until(async () => (await notices()).length === 1);
    expect((await notices())[0]?.text).toMatch(
      /0 was moved from \w{12} to \w{12}: it is not released/,
    );
    expect(await releases()).toEqual([]);
  });

  it("wait while the control plane is away, and are not lost", async () => {
    await until(async () => (await outcomes())["0"] === "before");
    await watch[Symbol.asyncDispose]();
    watch = look("http://127.0.0.1:1");
    tagged.commit("waits");
    tagged.git("tag", `${PREFIX}1`);
    await until(async () => (await outcomes())["1"] === "pending");
    await watch[Symbol.asyncDispose]();
    watch = look();
    await until(async () => (await outcomes())["1"] === "submitted");
    expect(await releases()).toHaveLength(1);
  });

  it("that match no form are refused, and a repository that cannot be read is told, and its return", async () => {
    await until(async () => (await outcomes())["0"] === "before");
    tagged.git("tag", "release-inference-1");
    await until(async () => (await notices()).length === 1);
    expect((await notices())[0]?.text).toContain("release-inference-1");
    expect((await notices())[0]?.text).toContain("it is none of release-recommender-nightly-*");
    const away = `${tagged.folder}-away`;
    renameSync(tagged.folder, away);
    await until(async () => (await notices()).length === 2);
    renameSync(away, tagged.folder);
    await until(async () => (await notices()).length === 3);
    const texts = (await notices()).map(({ text }) => text.split("\n")[0]);
    expect(texts[1]).toMatch(/cannot be read: git says: /);
    expect(texts[1]).not.toContain(tagged.folder);
    expect(texts[2]).toContain("can be read again");
    expect(await releases()).toEqual([]);
  });

  it("are told when they are refused", async () => {
    await until(async () => (await outcomes())["0"] === "before");
    await watch[Symbol.asyncDispose]();
    await world.database.pool.query("delete from release_tags where tag = $1", [`${PREFIX}0`]);
    const commit = tagged.git("rev-parse", "HEAD");
    world.repository.git("fetch", "--quiet", tagged.folder, commit);
    const { api } = operatorOf(world, plane);
    const under = { ref: commit, plan: "quick", actor: "me" };
    expect((await api("POST", "/releases", under)).status).toBe(201);
    watch = look();
    await until(async () => (await outcomes())["0"] === "refused");
    expect((await notices())[0]?.text).toContain("is the same, and is under way");
  });
});
