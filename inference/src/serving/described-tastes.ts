/** What a user writes of themselves. */
export interface SelfTexts {
  readonly likes: string | null;
  readonly dislikes: string | null;
}

/** A movie near to what a user says they like. */
export interface DescribedMovie {
  readonly movieId: string;
  /** As scoreByDescription has it, above 0. */
  readonly score: number;
}

/** Movies by what users write of themselves, looked up in the background. */
export interface DescribedTastes {
  /**
   * The movies, best first, at once where they are known. Else they are looked up, and whoever asked is told of when
   * they are there; until then a list does without.
   */
  of(userId: number, texts: SelfTexts): readonly DescribedMovie[] | undefined;
}
