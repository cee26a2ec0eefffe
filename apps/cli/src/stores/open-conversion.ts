import { StoreError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { readConversion } from "@flashdeconv/io-zarr/internal";
import type { StagedStore } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { SectionFlags } from "../options/input-options.js";
import { flagFacts } from "../options/run-facts.js";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import type { Terminal } from "../terminal/terminal.js";
import {
  compareFingerprints,
  type Difference,
  fingerprintOf,
  ifReadable,
  sectionContent,
} from "./fingerprint.js";
import { lockOptions } from "./lock-options.js";
import { openOutput } from "./open-output.js";
import { placeOf } from "./place-of.js";

export interface ConversionFlags extends StoreFlags, SectionFlags {
  readonly scratch?: string;
  readonly overwrite?: boolean;
}

export interface ConversionRequest {
  /** The input, and its table where it is a container. */
  readonly path: string;
  readonly out: string;
  readonly flags: ConversionFlags;
}

/** A place for a conversion, opened before counts are read. */
export interface ConversionPlace {
  /** Undefined where the same was converted already. */
  readonly target: StagedStore | undefined;
  /** What it is made of, to be kept with it. */
  readonly fingerprint: readonly string[];
}

/**
 * Opens the place that a conversion goes to, where it is not there already. What killed runs left of it is cleared away.
 *
 * @throws StoreError where something else is there, or a conversion of something else that may not be replaced; what `openOutput` throws
 */
export async function openConversion(
  { path, out, flags }: ConversionRequest,
  terminal: Terminal,
): Promise<ConversionPlace> {
  const { overwrite = false } = flags;
  const { signal, note } = terminal;
  const lock = lockOptions(terminal);
  const request = { input: path, alsoRead: [], out, flag: "<store>", access: storeAccess(flags), lock };
  const open = (replaces: boolean) =>
    openOutput({ ...request, overwrite: replaces, replaceable: "conversion" });
  // Nothing is replaced: what is there is looked at, when nobody writes to it and what a killed run left has been mended.
  const looked = await openOutput({ ...request, overwrite: true, replaceable: "any" });
  let fingerprint: readonly string[];
  let found: Difference | "same" | undefined;
  try {
    const { table } = flags;
    const settings = { input: placeOf(path), "--table": table };
    const content = await sectionContent({ path, flags, signal });
    fingerprint = fingerprintOf({ ...flagFacts(flags, settings), ...content });
    found = await differenceOfConversion(out, flags, fingerprint);
  } finally {
    await looked.discard();
  }
  if (found === "same") return { target: undefined, fingerprint };
  if (found === undefined) return { target: await open(overwrite), fingerprint };
  if (!overwrite) {
    // Nobody is told to overwrite what would not be.
    await (await open(true)).discard();
    throw madeOfOther(found);
  }
  const target = await open(true);
  const message = `What is at ${found.place} was made of something else, and is replaced: ${found.lines.join("; ")}.`;
  note({ code: "another-result", message });
  return { target, fingerprint };
}

/** What a conversion was made of, other than what it would be made of now; undefined where none is there that tells. */
function differenceOfConversion(
  out: string,
  flags: StoreFlags,
  now: readonly string[],
): Promise<Difference | "same" | undefined> {
  return ifReadable(out, flags, async (store) => {
    const conversion = await readConversion(store);
    if (!conversion) return undefined;
    const { fingerprint, lost } = conversion;
    const difference = compareFingerprints(out, fingerprint, now);
    if (lost === undefined) return difference;
    const lines = difference === "same" ? [] : difference.lines;
    return { place: redactUrl(out), lines: [`${lost}, which is lost`, ...lines] };
  });
}

function madeOfOther({ place, lines }: Difference): StoreError {
  return new StoreError({
    path: place,
    found: `a store that was converted from something else: ${lines.join("; ")}`,
    expected: "a path that is free, or what the same command has written",
    remedy: `Choose another path, or allow to overwrite it (${optionName("overwrite")}).`,
  });
}
