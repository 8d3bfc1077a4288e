/** In every stretch of so many movies … */
const STRETCH = 20;

/** … at most so many more of one leading genre. */
const OF_ONE_GENRE = 4;

/** Movies of one genre by standing; `next` is the first that is not chosen yet. */
interface Shelf {
  /** Places in the order. */
  readonly places: number[];
  next: number;
}

/**
 * Movies for a user of whom nothing is known: by standing, but in the first 20 at most 4 of one
 * leading genre (movies without a genre count as one), in the first 40 at most 8, and so on, as long
 * as there are others. Takes time in proportion to `order`, and to `limit` times genres.
 *
 * @param order dense indices by standing, best first.
 * @param leadingGenre of a movie; undefined where none is known.
 * @returns the first min(limit, n), each once.
 */
export function variedOrder(
  order: ArrayLike<number>,
  leadingGenre: (movie: number) => string | undefined,
  limit: number,
): number[] {
  const shelves = shelvesOf(order, leadingGenre);
  const chosen: number[] = [];
  while (chosen.length < Math.min(limit, order.length)) {
    const room = (1 + Math.floor(chosen.length / STRETCH)) * OF_ONE_GENRE;
    const shelf = bestOf(shelves, (one) => one.next < room) ?? bestOf(shelves, () => true); // none has room
    if (shelf === undefined) break;
    chosen.push(order[shelf.places[shelf.next] ?? 0] ?? 0);
    shelf.next += 1;
  }
  return chosen;
}

function shelvesOf(
  order: ArrayLike<number>,
  leadingGenre: (movie: number) => string | undefined,
): Shelf[] {
  const shelves = new Map<string, Shelf>();
  for (let place = 0; place < order.length; place += 1) {
    const genre = leadingGenre(order[place] ?? 0) ?? "";
    const shelf = shelves.get(genre) ?? { places: [], next: 0 };
    shelves.set(genre, shelf);
    shelf.places.push(place);
  }
  return [...shelves.values()];
}

/** The shelf whose next movie stands best, of those that are allowed and not empty. */
function bestOf(
  shelves: readonly Shelf[],
  isAllowed: (shelf: Shelf) => boolean,
): Shelf | undefined {
  let best: Shelf | undefined;
  let bestPlace = Infinity;
  for (const shelf of shelves) {
    const place = shelf.places[shelf.next];
    if (place !== undefined && place < bestPlace && isAllowed(shelf)) {
      best = shelf;
      bestPlace = place;
    }
  }
  return best;
}
