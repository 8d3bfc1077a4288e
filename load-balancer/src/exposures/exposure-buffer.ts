import type { ExposureMessage } from "./kafka-sink.ts";

/** Messages in memory, in order, bounded in number and in characters. */
export class ExposureBuffer {
  readonly #limits: { readonly messages: number; readonly characters: number };
  #messages: ExposureMessage[] = [];
  #characters = 0;

  constructor(limits: { readonly messages: number; readonly characters: number }) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#messages.length;
  }

  /** @returns false, and keeps nothing of it, if that would pass a limit. */
  push(message: ExposureMessage): boolean {
    const characters = this.#characters + message.value.length;
    if (this.#messages.length >= this.#limits.messages) return false;
    if (characters > this.#limits.characters) return false;
    this.#messages.push(message);
    this.#characters = characters;
    return true;
  }

  /** The oldest messages, at least one if there is any, within both limits. */
  peek(most: { readonly messages: number; readonly characters: number }): ExposureMessage[] {
    let characters = 0;
    let count = 0;
    for (const { value } of this.#messages) {
      characters += value.length;
      if (count >= most.messages || (count > 0 && characters > most.characters)) break;
      count += 1;
    }
    return this.#messages.slice(0, count);
  }

  /** Forget the oldest `count`: they are safe elsewhere. */
  shift(count: number): void {
    for (const { value } of this.#messages.slice(0, count)) this.#characters -= value.length;
    this.#messages = this.#messages.slice(count);
  }
}
