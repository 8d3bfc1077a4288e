import type { Database } from "@canarec/db-utils/database";
import { createMovieRepository } from "@canarec/db-utils/movies/repository";
import { createUserRepository } from "@canarec/db-utils/users/repository";
import { RecentMap } from "./recent-map.ts";

/** A platform's catalogue fits; at about 100 bytes an entry these are 20 MB. */
const MOVIES_REMEMBERED = 100_000;
/** A million users of the platform fit; 40 bytes an entry. */
const USERS_REMEMBERED = 1_000_000;

/**
 * The rows that a batch refers to. A movie or user seen for the first time gets a placeholder at once, in a
 * transaction of its own: it says only that the id occurred, which stays true whatever becomes of the batch.
 */
export interface Placeholders {
  /** Make sure that all of them exist. @returns the key of every movie id. */
  ensure(
    movieIds: ReadonlySet<string>,
    userIds: ReadonlySet<number>,
  ): Promise<(movieId: string) => number>;
  /** Believe nothing remembered: a row has gone, or the whole database is another one. */
  forget(): void;
}

export function createPlaceholders(db: Database): Placeholders {
  const movieKeys = new RecentMap<string, number>(MOVIES_REMEMBERED);
  const knownUsers = new RecentMap<number, true>(USERS_REMEMBERED);
  const movies = createMovieRepository(db);
  const users = createUserRepository(db);
  return {
    async ensure(movieIds, userIds) {
      const keys = new Map<string, number>();
      const newMovies: string[] = [];
      for (const id of movieIds) {
        const key = movieKeys.get(id);
        if (key === undefined) newMovies.push(id);
        else keys.set(id, key);
      }
      const newUsers = [...userIds].filter((id) => knownUsers.get(id) === undefined);
      if (newMovies.length > 0 || newUsers.length > 0) {
        const found = await db.transaction(async ({ client }) => {
          await client.query("set local synchronous_commit = off");
          if (newUsers.length > 0) await users.ensure(newUsers, client);
          return newMovies.length > 0 ? movies.ensure(newMovies, client) : [];
        });
        for (const [id, key] of found) {
          movieKeys.set(id, key);
          keys.set(id, key);
        }
        for (const id of newUsers) knownUsers.set(id, true);
      }
      return (movieId) => {
        const key = keys.get(movieId);
        if (key === undefined) throw new Error("a movie id was not made sure of");
        return key;
      };
    },
    forget() {
      movieKeys.clear();
      knownUsers.clear();
    },
  };
}
