import type { ServerResponse } from "node:http";
import type { ErrorCode } from "@canarec/service-kit/errors";

/** What every answer says of itself. */
export interface Marks {
  readonly requestId: string;
  /** The track that answered; `none` if it was the load balancer. */
  readonly track: string;
  readonly build: string | null;
  readonly close: boolean;
}

/** Headers of every answer, flat: name, value, name, value. */
export function markHeaders(marks: Marks): string[] {
  const headers = [
    "x-request-id",
    marks.requestId,
    "x-canarec-track",
    marks.track,
    "x-canarec-build",
    marks.build ?? "none",
  ];
  if (marks.close) headers.push("connection", "close");
  return headers;
}

export interface Problem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** Further headers, flat. */
  readonly headers?: readonly string[];
}

/** Answer an error as JSON: a closed code for programs, a sentence for people. */
export function sendProblem(res: ServerResponse, problem: Problem, marks: Marks): void {
  const body = JSON.stringify({ code: problem.code, message: problem.message });
  res.writeHead(problem.status, [
    "content-type",
    "application/json; charset=utf-8",
    "content-length",
    String(Buffer.byteLength(body)),
    ...markHeaders(marks),
    ...(problem.headers ?? []),
  ]);
  res.end(body);
}
