import { type FlashdeconvError, type Notice, OptionError } from "@flashdeconv/core";
import { OPTION_FLAGS, type Wording } from "@flashdeconv/results/internal";

/** What else messages of the packages may name: flags whose value is not an option of theirs. */
const OTHER_FLAGS: Readonly<Record<string, string>> = {
  referenceLayer: "--reference-layer",
  resultKey: "--key",
  geneKey: "--gene-key",
  referenceGeneKey: "--reference-gene-key",
  spatialInput: "--spatial",
  spatialKey: "--spatial-key",
  spatialColumns: "--spatial-columns",
  sectionKey: "--section-key",
  inPlace: "--in-place",
  overwrite: "--overwrite",
  saveStats: "--save-stats",
  mergeTypes: "--merge-types",
  maxMemory: "--max-memory",
  workers: "--workers",
  scratch: "--scratch",
  runDir: "--run-dir",
  resume: "--resume",
  restart: "--restart",
  saveEvery: "--save-every",
  cache: "--cache",
  anonymous: "--anonymous",
};

/** What of an error is shown, its options in the words of the command line. */
export type ToldError = Pick<FlashdeconvError, "tag" | "message" | "found" | "expected" | "remedy">;

export function inTermsOfFlags(error: FlashdeconvError): ToldError {
  if (error.tag === "OptionError") return renamed(error as OptionError, {});
  const { tag, message, found, expected, remedy } = error;
  return {
    tag,
    message: namedInFlags(message),
    found: namedInFlags(found),
    expected: namedInFlags(expected),
    remedy: namedInFlags(remedy),
  };
}

/**
 * Runs `work`; an OptionError in it gets the flags named here: two stages may call options of different flags by one name
 * (a layer of the section, a layer of the reference).
 */
export async function withFlags<T>(
  flags: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OptionError && flags[error.option] !== undefined) throw renamed(error, flags);
    throw error;
  }
}

function renamed(error: OptionError, flags: Readonly<Record<string, string>>): OptionError {
  const { option, value } = error;
  // What is in no table and is not a flag yet belongs to the solver.
  const flag =
    flags[option] ??
    OPTION_FLAGS[option] ??
    (/^[-<]/.test(option) ? option : `${option} of --solver-options`);
  const usual = `Give ${option} such a value`;
  const remedy = error.remedy.startsWith(usual)
    ? `Give ${flag} such a value${error.remedy.slice(usual.length)}`
    : inFlags(error.remedy);
  // A flag without a value is there or is not.
  const found =
    typeof value !== "boolean" ? error.found : value || flag.startsWith("--no-") ? "it given" : "it left out";
  const told = new OptionError({ option: flag, value, rule: inFlags(error.rule), remedy, found });
  // Which section it is about stands before.
  told.message =
    error.message.slice(0, Math.max(0, error.message.lastIndexOf(`option ${option}: `))) + told.message;
  return Object.assign(told, { section: error.section, isOfAllSections: error.isOfAllSections });
}

/** Options as `optionName` of core writes them, and names that can only be an option's: those in camel case. */
export function inFlags(text: string): string {
  return namedInFlags(text).replace(/\b[a-z]+[A-Z]\w*/g, (word) => OPTION_FLAGS[word] ?? word);
}

export function noticeInFlags({ code, message }: Notice): Notice {
  return { code, message: namedInFlags(message) };
}

/** Options as `optionName` of core writes them, as flags; all else may be a name in the data and stays. */
export function namedInFlags(text: string): string {
  const names = text.replace(/`(\w+)`/g, (whole, id) => flagOf(id) ?? whole);
  let told = "";
  let from = 0;
  for (const { index, 0: opening, 1: id } of names.matchAll(/\{ (\w+): /g)) {
    const flag = flagOf(id);
    if (flag === undefined || index < from) continue;
    const setting = readSetting(names, index + opening.length);
    if (setting === undefined) continue;
    told += `${names.slice(from, index)}${flag} ${inShell(setting.value)}`;
    from = setting.end;
  }
  return told + names.slice(from);
}

function flagOf(id: string): string | undefined {
  return OPTION_FLAGS[id] ?? OTHER_FLAGS[id];
}

/** The JSON value that begins at `start` and ends before " }". */
function readSetting(text: string, start: number): { value: unknown; end: number } | undefined {
  for (let end = text.indexOf(" }", start); end >= 0; end = text.indexOf(" }", end + 1)) {
    try {
      return { value: JSON.parse(text.slice(start, end)), end: end + 2 };
    } catch {
      // The value holds a brace of its own.
    }
  }
  return undefined;
}

/** A value as it is typed in a shell. */
export function inShell(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w.,:/@%+=-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** How this program calls what users may do. */
export const FLAGS: Wording = { options: namedInFlags, typed: inShell };
