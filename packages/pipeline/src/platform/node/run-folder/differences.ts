const MOST_TOLD = 4;

/** What two runs differ in, a phrase each; empty where that is nothing. */
export function describeDifferences(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => before[name] !== now[name],
  );
  const told = names
    .slice(0, MOST_TOLD)
    .map((name) => `${name} was ${before[name] ?? "not there"} and is ${now[name] ?? "not there"}`);
  return names.length > MOST_TOLD ? [...told, `and ${names.length - MOST_TOLD} more`] : told;
}
