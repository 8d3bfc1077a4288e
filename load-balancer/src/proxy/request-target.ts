import { parseUserId } from "@canarec/service-kit/identifiers";

/** Longest request target, in bytes: the longest real one, a search, needs a fraction. */
const TARGET_BYTES = 2_048;

/** Where a request goes, or with which status it is refused. */
export type Target =
  | { readonly kind: "recommend"; readonly userId: number }
  | {
      readonly kind: "api";
      /** The target as received, query included. */
      readonly path: string;
      /** The user whose track serves it; absent for what does not depend on a user. */
      readonly userId: number | undefined;
    }
  | {
      /** What a user changes: idempotent, without a body. */
      readonly kind: "change";
      readonly method: ChangeMethod;
      /** The target as received, query included. */
      readonly path: string;
      readonly userId: number;
    }
  | { readonly kind: "health" }
  | Refusal;

const CHANGE_METHODS = ["PUT", "DELETE"] as const;
export type ChangeMethod = (typeof CHANGE_METHODS)[number];

export interface Refusal {
  readonly kind: "refused";
  readonly status: 400 | 404 | 405 | 413 | 414;
  readonly code: "invalid_argument" | "not_found" | "method_not_allowed" | "too_large";
  readonly message: string;
  /** Of 405: what is allowed there, as the header has it. */
  readonly allow?: string;
}

const RECOMMEND = "/recommend/";
const API = "/api/v1/";
const API_USER = "/api/v1/users/";

/** What may stand in a target: visible ASCII, so that no server behind us reads it differently. */
/** What users may change: the movies that they hide. */
const CHANGEABLE = /^\/api\/v1\/users\/\d+\/hidden\/[^/]+$/;

const VISIBLE = /^[\x21-\x7e]+$/;

/** Dot segments, plain or encoded, and encoded separators and NULs: none of our paths has any. */
const CRAFTED = /(^|\/)(\.|%2e){1,2}(\/|$)|%2f|%5c|%00|\\|\/\//i;

/**
 * Decide on a request by its method and target, strictly: a user id is decimal digits of at most
 * 53 bits, undecoded; a path with tricks in it is refused rather than normalised.
 */
export function parseTarget(method: string | undefined, target: string): Target {
  if (target.length > TARGET_BYTES) return refuse(414, "too_large", "the URL is too long");
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  const found = parsePath(path, target);
  if (found.kind === "refused" || method === "GET") return found;
  return changeOf(found, method, path) ?? refuseMethod(CHANGEABLE.test(path));
}

function changeOf(
  found: Target,
  method: string | undefined,
  path: string,
): Extract<Target, { kind: "change" }> | undefined {
  const allowed = CHANGE_METHODS.find((one) => one === method);
  if (allowed === undefined || found.kind !== "api" || !CHANGEABLE.test(path)) return undefined;
  const { userId } = found;
  return userId === undefined
    ? undefined
    : { kind: "change", method: allowed, path: found.path, userId };
}

function refuseMethod(isChangeable: boolean): Refusal {
  const refusal = refuse(405, "method_not_allowed", "this method is not allowed here");
  return { ...refusal, allow: isChangeable ? CHANGE_METHODS.join(", ") : "GET" };
}

function parsePath(path: string, target: string): Target {
  if (path.startsWith(RECOMMEND)) return parseRecommend(path.slice(RECOMMEND.length));
  if (path.startsWith(API)) return parseApi(path, target);
  if (path === "/healthz") return { kind: "health" };
  return refuse(404, "not_found", "no such path");
}

function parseRecommend(segment: string): Target {
  const userId = parseUserId(segment);
  return userId === undefined ? refuseUser() : { kind: "recommend", userId };
}

function parseApi(path: string, target: string): Target {
  if (path.startsWith(API_USER)) {
    const end = path.indexOf("/", API_USER.length);
    const segment = path.slice(API_USER.length, end < 0 ? undefined : end);
    const userId = parseUserId(segment);
    if (userId === undefined) return refuseUser();
    return checkApi(path, { kind: "api", path: target, userId });
  }
  return checkApi(path, { kind: "api", path: target, userId: undefined });
}

function checkApi(path: string, target: Extract<Target, { kind: "api" }>): Target {
  if (!VISIBLE.test(target.path) || CRAFTED.test(path)) {
    return refuse(400, "invalid_argument", "the URL is malformed");
  }
  return target;
}

function refuseUser(): Refusal {
  return refuse(400, "invalid_argument", "userId: expected a non-negative integer below 2^53");
}

function refuse(status: Refusal["status"], code: Refusal["code"], message: string): Refusal {
  return { kind: "refused", status, code, message };
}
