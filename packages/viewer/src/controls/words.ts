/** Names in a sentence, the first few of many. */
export function listed(names: readonly string[], most = 4): string {
  const told = names.slice(0, most).join(", ");
  return names.length > most ? `${told} and ${names.length - most} more` : told;
}

/** What went wrong, in one sentence or two. */
export function failureText(error: unknown): string {
  if (error instanceof TypeError && /fetch|network|load/i.test(error.message)) {
    return "The connection was lost, or the server does not let this page read from it.";
  }
  return error instanceof Error ? error.message : String(error);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
