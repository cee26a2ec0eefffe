/** A share as percent: more digits where it is small. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const digits = share > 0 && share < 0.0995 ? (share < 0.00995 ? 2 : 1) : 0;
  return `${(100 * share).toFixed(digits)} %`;
}

export function count(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 spot", "1,000 spots". */
export function counted(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? "" : "s"}`;
}

export function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 1000 ? count(value) : `${Number(value.toPrecision(3))}`;
}

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
