import type { Tag } from "@canarec/db-utils/releases/tag-repository";
import { noticeText } from "@canarec/service-kit/notice-text";

/** What operators are told of a tag that names another commit than before. */
export function movedText(
  { tag, code, before }: Tag & { readonly before: string },
  at: Date,
): string {
  return noticeText({
    what: `The tag ${tag} was moved from ${before.slice(0, 12)} to ${code.slice(0, 12)}: it is not released again`,
    users: "none: what was released of the first commit stays as it is",
    since: at,
    done: "nothing; give the new commit a tag of its own",
    look: "canarec release list",
  });
}

/** What operators are told of a tag that nobody released. */
export function refusedText({ tag, code }: Tag, reason: string, at: Date): string {
  return noticeText({
    what: `The tag ${tag} (${code.slice(0, 12)}) was not released: ${reason}`,
    users: "none: main serves as before",
    since: at,
    done: `it is not tried again; to release it all the same: canarec release submit --ref ${code} --force`,
    look: "canarec release status",
  });
}

/** What operators are told when tags cannot be read, look after look. */
export function unreadableText(reason: string, since: Date): string {
  return noticeText({
    what: `The repository of tags (TAG_REPOSITORY) cannot be read: ${reason}`,
    users: "none: nothing new is released by a tag",
    since,
    done: "it is tried again; tags that come meanwhile are released when it can be read",
    look: "canarec doctor",
  });
}

/** What operators are told when they can be read again. */
export function readableText(since: Date): string {
  return noticeText({
    what: "The repository of tags (TAG_REPOSITORY) can be read again",
    users: "none",
    since,
    done: "tags that came meanwhile are released now",
    look: "canarec release list",
  });
}
