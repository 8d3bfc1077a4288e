/** What a platform may tell of a user. */
export interface Person {
  /** In years; null where it is not known. */
  readonly age: number | null;
  readonly gender: string | null;
  readonly occupation: string | null;
}

/** First years of the groups by age, as MovieLens has them. */
const AGE_GROUPS = [0, 18, 25, 35, 45, 50, 56];

/**
 * The groups that a person belongs to, such as "age 25", "gender f", "occupation writer"; none for what is not
 * known. Letter case and blanks around do not count.
 */
export function groupsOf({ age, gender, occupation }: Person): string[] {
  const groups: string[] = [];
  const from = AGE_GROUPS.findLast((first) => age !== null && age >= first);
  if (from !== undefined) groups.push(`age ${from}`);
  for (const [name, value] of Object.entries({ gender, occupation })) {
    const told = value?.trim().toLowerCase() ?? "";
    if (told !== "") groups.push(`${name} ${told}`);
  }
  return groups;
}
