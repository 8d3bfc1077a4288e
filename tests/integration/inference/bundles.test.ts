import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type World,
  buildNow,
  internalOf,
  listFor,
  movieId,
  openWorld,
  until,
} from "./inference-under-test.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

const cacheOf = (home: string, bundleId: string) => path.join(home, "bundles", bundleId);

/** Change one byte of a bundle's neighbours in Postgres. */
async function damage(bundleId: string): Promise<void> {
  await world.database.pool.query(
    `update bundle_chunks set bytes = set_byte(bytes, 5, get_byte(bytes, 5) # 1)
     where bundle_id = $1 and artifact = 'neighbours' and position = 0`,
    [bundleId],
  );
}

/** Another bundle: the table that it is built of changes. */
async function buildAnother() {
  await world.database.pool.query(
    "update movie_statistics set watchers = watchers + 1 where movie_key = 1",
  );
  return (await buildNow(world.database)).bundleId;
}

const bundleOf = async (url: string) => (await internalOf(url, 1))["bundle"];

describe("a bundle", () => {
  it("is kept on disk, and a damaged copy there is replaced from Postgres", async () => {
    const { bundleId } = world.bundle;
    {
      await using inference = await world.start();
      expect(await bundleOf(inference.url)).toBe(bundleId);
    }
    const folder = cacheOf(world.home, bundleId);
    const files = await readdir(folder);
    expect(files).toContain("manifest.json");
    const file = path.join(folder, "neighbours.bin");
    const whole = await readFile(file);
    await writeFile(file, Buffer.from(whole).fill(7, 100, 101));
    {
      await using inference = await world.start();
      expect(await listFor(inference.url, 1)).toHaveLength(20);
    }
    expect(await readFile(file)).toEqual(whole);
    expect(await readdir(path.dirname(folder))).toEqual([bundleId]);
  });

  it("is served from disk alone when Postgres's copy is damaged", async () => {
    const { bundleId } = world.bundle;
    await damage(bundleId);
    try {
      await using inference = await world.start({ bundleId });
      expect(await bundleOf(inference.url)).toBe(bundleId);
    } finally {
      await damage(bundleId); // the same bit again
    }
  });

  it("takes the place of the served one when it is newer, unless one was named", async () => {
    await using follows = await world.start();
    await using named = await world.start({ bundleId: world.bundle.bundleId });
    await until(async () =>
      (await fetch(`${follows.url}/readyz`)).text().then((t) => !t.includes("degraded")),
    );
    const newer = await buildAnother();
    await until(async () => (await bundleOf(follows.url)) === newer);
    expect(await bundleOf(named.url)).toBe(world.bundle.bundleId);
  });

  it("is refused when it is damaged: the old one serves on, and a start with it fails clearly", async () => {
    await using inference = await world.start();
    const served = await bundleOf(inference.url);
    const { pool } = world.database;
    // Damaged before anybody is told of it.
    await pool.query(`create function spoil() returns trigger language plpgsql as $$
      begin
        new.bytes := set_byte(new.bytes, 5, get_byte(new.bytes, 5) # 1);
        return new;
      end $$`);
    await pool.query(
      "create trigger spoil before insert on bundle_chunks for each row execute function spoil()",
    );
    const damaged = await buildAnother();
    await pool.query("drop trigger spoil on bundle_chunks");
    await until(async () =>
      (await (await fetch(`${inference.url}/metrics`)).text()).includes(
        'bundle_loads_total{outcome="refused"',
      ),
    );
    expect(await bundleOf(inference.url)).toBe(served);
    expect(await listFor(inference.url, 1)).toHaveLength(20);
    await expect(world.start({ bundleId: damaged })).rejects.toMatchObject({
      code: "data_loss",
      message: expect.stringMatching(/bundle is damaged|bundle manifest|catalogue/) as string,
    });
    await pool.query("delete from bundles where bundle_id = $1", [damaged]);
  });

  it("that does not exist is said to be missing", async () => {
    await expect(world.start({ bundleId: "0".repeat(64) })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("is served as soon as a replica has started", async () => {
    await using inference = await world.start();
    expect((await fetch(`${inference.url}/readyz`)).status).toBe(200);
    expect(await listFor(inference.url, 1)).toHaveLength(20);
  });
});

describe("a database", () => {
  it("without a bundle is refused with what to do", async () => {
    await using empty = await openWorld(1);
    await empty.database.pool.query("delete from bundles");
    await expect(empty.start()).rejects.toThrow("canarec bundle build");
  });

  it("with fewer than 20 movies gives them all", async () => {
    await using small = await openWorld(7);
    await using inference = await small.start();
    const list = await listFor(inference.url, 5);
    expect(list.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6].map(movieId));
  });

  it("that nobody can reach is one clear failure", async () => {
    const url = new URL(world.databaseUrl);
    url.port = "1";
    await expect(world.start({ databaseUrl: url.href })).rejects.toMatchObject({
      code: "unavailable",
    });
  });
});
