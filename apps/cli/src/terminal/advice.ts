const given = new WeakMap<object, string>();

/** Adds a sentence to what is told of an error as its remedy. */
export function advise(error: unknown, sentence: string): void {
  if (typeof error === "object" && error !== null) given.set(error, sentence);
}

export function adviceFor(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? given.get(error) : undefined;
}
