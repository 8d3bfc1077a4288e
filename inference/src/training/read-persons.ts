import type { Transaction } from "@canarec/db-utils/database";
import type { Person } from "../models/cold-start/person-groups.ts";

/** Users read by one query. */
const BATCH = 50_000;

/**
 * What the platform tells of users: age, gender and occupation; null for users of whom it tells none. Persons of whom
 * the same is told are one object, so that memory is a reference a user.
 *
 * @param userIds of each user. @returns (users).
 */
export async function readPersons(
  client: Transaction["client"],
  userIds: Float64Array,
): Promise<(Person | null)[]> {
  const persons: (Person | null)[] = [];
  const known = new Map<string, Person>();
  for (let start = 0; start < userIds.length; start += BATCH) {
    const ids = Array.from(userIds.subarray(start, start + BATCH));
    const { rows } = await client.query<Person>(
      `select age, gender, occupation from unnest($1::bigint[]) with ordinality as asked (user_id, place)
       left join users using (user_id) order by place`,
      [ids],
    );
    for (const row of rows) persons.push(isTold(row) ? theSame(known, row) : null);
  }
  return persons;
}

function isTold({ age, gender, occupation }: Person): boolean {
  return age !== null || gender !== null || occupation !== null;
}

function theSame(known: Map<string, Person>, row: Person): Person {
  const { age, gender, occupation } = row;
  const key = JSON.stringify([age, gender, occupation]);
  const person = known.get(key) ?? { age, gender, occupation };
  known.set(key, person);
  return person;
}
