import { describe, expect, it } from "vitest";
import { openDatabase } from "@canarec/db-utils/database";
import { createUserRepository } from "@canarec/db-utils/users/repository";
import { createHiddenMovieRepository } from "@canarec/db-utils/hidden-movies/repository";
import { readKnownUser } from "@canarec/db-utils/users/read-known-user";
import { freshDatabase } from "../../servers.ts";
import { insertMovies } from "./catalogue-fixture.ts";

describe("UserRepository", () => {
  it("makes placeholders once, and keeps what is known", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const users = createUserRepository(db);
    const metadata = {
      userId: 2,
      age: 34,
      gender: "M",
      occupation: "sales/marketing",
      likes: "long \0 films",
      dislikes: null,
    };
    await users.applyMetadata([metadata]);
    await Promise.all([
      users.ensure([3, 1, 2, 1]),
      users.ensure([1, 2, 3, Number.MAX_SAFE_INTEGER]),
    ]);
    expect(await users.count()).toBe(4);
    expect(await users.find(2)).toMatchObject({
      ...metadata,
      likes: "long  films",
      metadataState: "known",
      lookupAfter: null,
    });
    expect(await users.find(1)).toMatchObject({ metadataState: "placeholder", age: null });
    expect(await users.find(5)).toBeUndefined();
  });

  it("are read with what they hide and what is told of them", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    await insertMovies(db, 3);
    const users = createUserRepository(db);
    const nothing = { age: null, gender: null, occupation: null, likes: null, dislikes: null };
    const told = { ...nothing, age: 34, likes: "x".repeat(2_000) };
    await users.applyMetadata([
      { userId: 2, ...told },
      { userId: 3, ...nothing },
    ]);
    const hidden = createHiddenMovieRepository(db);
    for (const place of [3, 1, 1]) expect(await hidden.hide(2, `movie+${place}`)).toBe(true);
    expect(await hidden.hide(2, "nothing+1999")).toBe(false);
    expect(await readKnownUser(db, 2)).toEqual({
      entries: [],
      hidden: [1, 3],
      person: { ...told, likes: "x".repeat(1_000) },
    });
    expect(await readKnownUser(db, 3)).toEqual({ entries: [], hidden: [], person: null });
  });

  it("claims due look-ups for one asker at a time, and again when they failed", async () => {
    await using fresh = await freshDatabase();
    await using db = await openDatabase(fresh.url);
    const users = createUserRepository(db);
    await users.ensure([1, 2, 3]);
    const now = new Date(Date.now() + 1_000);
    const claims = await Promise.all([
      users.claimLookups(now, 2, 60_000),
      users.claimLookups(now, 2, 60_000),
    ]);
    expect(
      claims
        .flat()
        .map(({ userId }) => userId)
        .sort(),
    ).toEqual([1, 2, 3]);
    const later = new Date(now.getTime() + 600_000);
    await users.postponeLookups([1], later);
    const muchLater = new Date(now.getTime() + 3_600_000);
    await users.markUnknown([2], muchLater);
    const known = { age: null, gender: null, occupation: null, likes: null, dislikes: null };
    await users.applyMetadata([{ userId: 3, ...known }]);
    expect(await users.claimLookups(new Date(now.getTime() + 120_000), 10, 1)).toEqual([]);
    expect(await users.claimLookups(later, 10, 1)).toEqual([{ userId: 1, attempts: 1 }]);
    expect(await users.find(2)).toMatchObject({
      metadataState: "unknown",
      lookupAfter: muchLater,
    });
    await users.postponeLookups([1], new Date(muchLater.getTime() + 1));
    expect(await users.claimLookups(muchLater, 10, 1)).toEqual([{ userId: 2, attempts: 1 }]);
    await users.applyMetadata([{ userId: 2, ...known }]);
    expect(await users.find(2)).toMatchObject({ metadataState: "known", lookupAfter: null });
  });
});
