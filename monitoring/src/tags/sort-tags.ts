import type { KnownTag, Tag } from "@canarec/db-utils/releases/tag-repository";

/** What is to be done about the tags of a repository. */
export interface SortedTags {
  /** New ones, and those whose submission was cut off; by name. */
  readonly submit: readonly Tag[];
  /** They name another commit than when they were first seen. */
  readonly moved: readonly (Tag & { readonly before: string })[];
}

/** Each tag is submitted once, with the commit that it named first; one that is gone is left alone. */
export function sortTags(found: readonly Tag[], known: readonly KnownTag[]): SortedTags {
  const byName = new Map(known.map((one) => [one.tag, one]));
  const submit: Tag[] = [];
  const moved: (Tag & { before: string })[] = [];
  for (const one of found.toSorted((a, b) => (a.tag < b.tag ? -1 : 1))) {
    const before = byName.get(one.tag);
    if (before === undefined) submit.push(one);
    else if (before.code !== one.code) moved.push({ ...one, before: before.code });
    else if (before.outcome === "pending") submit.push(one);
  }
  return { submit, moved };
}
