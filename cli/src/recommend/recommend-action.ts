import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted } from "../output/words.ts";
import { askJson } from "./ask-json.ts";

interface Options extends CommonOptions {
  readonly n: number;
  readonly explain?: boolean;
  readonly url?: string;
}

const Movie = z.object({
  id: z.string(),
  title: z.string().nullable(),
  year: z.number().nullable(),
  genres: z.array(z.string()),
});

const Reason = z.discriminatedUnion("kind", [
  Movie.extend({ kind: z.literal("watched"), share: z.number() }),
  z.object({ kind: z.enum(["person", "genre"]), name: z.string(), share: z.number() }),
  z.object({ kind: z.literal("popular_and_well_rated") }),
  z.object({ kind: z.literal("demographics") }),
  z.object({ kind: z.literal("description") }),
]);

/** What the public address answers; other fields may come and are passed on. */
const Answer = z.looseObject({
  userId: z.number(),
  personalised: z.boolean(),
  reason: z.string(),
  movies: z.array(
    z.looseObject({
      ...Movie.shape,
      score: z.number(),
      predictedRating: z.number().optional(),
      models: z.record(z.string(), z.number()).optional(),
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
  const answer = await askJson(url, Answer);
  printResult(context, options, answer, (result) => inWords(result, options.explain ?? false));
}

function inWords(answer: Answer, explain: boolean): string {
  const kind = answer.personalised ? wordsOf(answer.reason) : "popular and well rated";
  const hasModels = answer.movies.some(({ models }) => models !== undefined);
  const hasRatings = answer.movies.some(({ predictedRating }) => predictedRating !== undefined);
  const head = [
    "",
    "movie",
    "year",
    "score",
    "genres",
    ...(explain ? ["because of"] : []),
    ...(hasModels ? ["by"] : []),
    ...(hasRatings ? ["expected rating"] : []),
  ];
  const rows = answer.movies.map((movie, place) => [
    place + 1,
    movie.title ?? movie.id,
    movie.year === null ? null : String(movie.year),
    movie.score.toFixed(3),
    movie.genres.slice(0, 3).join(", "),
    ...(explain ? [reasonsOf(movie.because ?? [])] : []),
    ...(hasModels ? [sharesOf(movie.models ?? {})] : []),
    ...(hasRatings ? [shareOf(movie.predictedRating)] : []),
  ]);
  return [
    `User ${answer.userId}: ${counted(answer.movies.length, "movie")}, ${kind}.`,
    "",
    table(head, rows),
  ].join("\n");
}

function reasonsOf(reasons: readonly z.output<typeof Reason>[]): string {
  return reasons
    .map((reason) => {
      if (reason.kind === "popular_and_well_rated") return "popular and well rated";
      if (reason.kind === "demographics" || reason.kind === "description") {
        return wordsOf(reason.kind);
      }
      const name = reason.kind === "watched" ? (reason.title ?? reason.id) : reason.name;
      return `${name} (${Math.round(reason.share * 100)} %)`;
    })
    .join(", ");
}

/** What a list is made from; any other reason than these is the history. */
function wordsOf(reason: string): string {
  if (reason === "description") return "by what they say of themselves";
  return reason === "demographics" ? "by what people like them like" : "by what they watched";
}

/** `82 %` of the best rating. */
function shareOf(rating: number | undefined): string | null {
  return rating === undefined ? null : `${Math.round(rating * 100)} %`;
}

/** `ease 61 %, item_knn 30 %` */
function sharesOf(models: Readonly<Record<string, number>>): string {
  return Object.entries(models)
    .slice(0, 3)
    .map(([name, share]) => `${name} ${Math.round(share * 100)} %`)
    .join(", ");
}
