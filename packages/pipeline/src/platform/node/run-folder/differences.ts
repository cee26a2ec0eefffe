const MOST_TOLD = 4;
/** An option's value may be a list of a thousand types. */
const MOST_CHARACTERS = 120;
/** Characters that are shown before those that differ. */
const BEFORE = 40;

/** What was looked at of an input, not what was asked for: "2 files, 340 bytes, last changed ..., 0f3a..." */
const CONTENT = /^(a|\d+) (file|byte)s?, /;
const DIGEST = /^[0-9a-f]{16}$/;

type Facts = Readonly<Record<string, string>>;

/** What two runs differ in, a phrase for each option and each input; empty where that is nothing. */
export function describeDifferences(before: Facts, now: Facts): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => before[name] !== now[name],
  );
  const isContent = (name: string) => CONTENT.test(before[name] ?? now[name]);
  const asked = names.filter((name) => !isContent(name));
  // Of another input all files are others: that it is another says more.
  const isOther = (name: string) => asked.length > 0 && name in before !== name in now;
  const inputs = new Map<string, string[]>();
  for (const name of names.filter((one) => isContent(one) && !isOther(one))) {
    const place = placeIn(name);
    inputs.set(place, [...(inputs.get(place) ?? []), name]);
  }
  const phrases = [
    ...asked.map((name) => phrase(name, before[name] ?? "left out", now[name] ?? "left out")),
    ...[...inputs].map(([place, parts]) => {
      const [first, ...others] = parts;
      const all =
        others.length === 0
          ? first
          : `${first.slice(0, -place.length)}${place} (and ${others.length} more of it)`;
      return phrase(all, ...contents(before[first], now[first]));
    }),
  ];
  const more = phrases.length - MOST_TOLD;
  return more > 0 ? [...phrases.slice(0, MOST_TOLD), `and ${more} more`] : phrases;
}

/** Where an input lies that a fact is of: "X/data of /data/section.zarr". */
function placeIn(name: string): string {
  const at = name.indexOf(" of ");
  return at < 0 ? name : name.slice(at + " of ".length);
}

function phrase(name: string, was: string, is: string): string {
  const [shownWas, shownIs] = partsThatDiffer(was, is);
  return shownWas === shownIs ? `${name}: has changed` : `${name}: was ${shownWas}, is ${shownIs}`;
}

/** Of long texts, from shortly before where they part. */
function partsThatDiffer(was: string, is: string): string[] {
  let common = 0;
  while (common < was.length && was[common] === is[common]) common++;
  const isLong = Math.max(was.length, is.length) > MOST_CHARACTERS;
  const start = isLong ? Math.max(0, common - BEFORE) : 0;
  return [was, is].map((text) => {
    const part = text.slice(start, start + MOST_CHARACTERS);
    return `${start > 0 ? "..." : ""}${part}${start + part.length < text.length ? "..." : ""}`;
  });
}

/** Sizes and times, where they tell two contents apart; nothing that only a computer compares. */
function contents(was: string | undefined, is: string | undefined): [string, string] {
  if (was === undefined || is === undefined)
    return [was ?? "not there", is ?? "not there"].map(plain) as [string, string];
  const [a, b] = [was, is].map((one) => plain(one).split(", "));
  if (a.length !== b.length) return [a.join(", "), b.join(", ")];
  const differing = a.flatMap((part, i) => (part === b[i] ? [] : [i]));
  return [a, b].map((parts) => differing.map((i) => parts[i]).join(", ")) as [string, string];
}

function plain(content: string): string {
  return content
    .split(", ")
    .filter((part) => !DIGEST.test(part))
    .join(", ");
}
