import { ServiceError, messageOf } from "./errors.ts";

/** What the codes of Node's file system errors mean to whoever named the path. */
const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "it is no folder, or lies in what is none",
  EISDIR: "it is a folder",
  EEXIST: "something else is there",
  EACCES: "this account may not",
  EPERM: "this account may not",
  EROFS: "its file system is read-only",
  ENOSPC: "no room is left",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its links lead in a circle",
};

/**
 * That a path which a person named could not be used: "invalid_argument", in words, with the cause.
 *
 * @param verb what was tried, as in "cannot read PATH".
 */
export function unusablePath(path: string, cause: unknown, verb = "read"): ServiceError {
  const why = problemOf(cause) ?? messageOf(cause);
  return new ServiceError("invalid_argument", `cannot ${verb} ${path}: ${why}`, { cause });
}

function problemOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? PROBLEMS[code] : undefined;
}
