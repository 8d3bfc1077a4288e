import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted } from "../output/words.ts";

interface Options extends CommonOptions {
  readonly n: number;
  readonly explain?: boolean;
  readonly url?: string;
}

/** Far above what the load balancer allows itself. */
const TIMEOUT_MS = 5_000;

const Movie = z.object({
  id: z.string(),
  title: z.string().nullable(),
  year: z.number().nullable(),
  genres: z.array(z.string()),
});

const Reason = z.discriminatedUnion("kind", [
  Movie.extend({ kind: z.literal("watched"), share: z.number() }),
  z.object({ kind: z.literal("popular_and_well_rated") }),
]);

/** What the public address answers; other fields may come and are passed on. */
const Answer = z.looseObject({
  userId: z.number(),
  personalised: z.boolean(),
  movies: z.array(
    z.looseObject({
      ...Movie.shape,
      score: z.number(),
      because: z.array(Reason).optional(),
    }),
  ),
});
type Answer = z.output<typeof Answer>;

/** `canarec recommend` */
export async function recommendAction(
  context: CliContext,
  userId: number,
  options: Options,
): Promise<void> {
  const publicUrl = options.url ?? findServers(context, options).publicUrl();
  const url = new URL(`/api/v1/users/${userId}/recommendations`, publicUrl);
  url.searchParams.set("n", String(options.n));
  url.searchParams.set("explain", String(options.explain ?? false));
  const answer = await ask(url);
  printResult(context, options, answer, (result) => inWords(result, options.explain ?? false));
}

async function ask(url: URL): Promise<Answer> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    body = await response.json();
  } catch (cause) {
    const why = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    throw new ServiceError("unavailable", `${url.origin} gives no answer: ${messageOf(why)}`, {
      cause,
    });
  }
  if (!response.ok) {
    const { data } = z.object({ message: z.string() }).safeParse(body);
    throw new ServiceError(
      "unavailable",
      `${url.origin} answers ${response.status}: ${data?.message ?? "no reason given"}`,
    );
  }
  const parsed = Answer.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ServiceError("internal", `${url.origin} answers something else than recommendations`);
}

function inWords(answer: Answer, explain: boolean): string {
  const kind = answer.personalised ? "by what they watched" : "popular and well rated";
  const head = ["", "movie", "year", "score", "genres", ...(explain ? ["because of"] : [])];
  const rows = answer.movies.map((movie, place) => [
    place + 1,
    movie.title ?? movie.id,
    movie.year === null ? null : String(movie.year),
    movie.score.toFixed(3),
    movie.genres.slice(0, 3).join(", "),
    ...(explain ? [reasonsOf(movie.because ?? [])] : []),
  ]);
  return [
    `User ${answer.userId}: ${counted(answer.movies.length, "movie")}, ${kind}.`,
    "",
    table(head, rows),
  ].join("\n");
}

function reasonsOf(reasons: readonly z.output<typeof Reason>[]): string {
  return reasons
    .map((reason) =>
      reason.kind === "watched"
        ? `${reason.title ?? reason.id} (${Math.round(reason.share * 100)} %)`
        : "popular and well rated",
    )
    .join(", ");
}
