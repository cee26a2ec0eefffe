import { OptionError } from "@flashdeconv/core";
import type { StagedStore } from "@flashdeconv/stores";
import { storeAccess } from "../options/store-options.js";
import type { Terminal } from "../terminal/terminal.js";
import {
  type Difference,
  differenceOfResult,
  differenceOfStatistics,
  type FingerprintRequest,
  factsOf,
} from "./fingerprint.js";
import { locateTable } from "./locate-table.js";
import { lockOptions } from "./lock-options.js";
import { openOutput } from "./open-output.js";
import { refuseEditedInput } from "./refuse-edited-input.js";
import { openResultPlace, type ResultPlace } from "./result-place.js";

/** What a run writes to, opened before anything is read. */
export interface RunOutputs {
  /** Undefined where the run had been finished: its result is there. */
  readonly output: ResultPlace | undefined;
  /** Undefined where statistics are not to be kept, or have been. */
  readonly statistics: StagedStore | undefined;
}

/**
 * Opens all that a run writes to. What killed runs left there is cleared away or completed by that. With `--resume`, what is there of
 * the same inputs and options is not made again.
 *
 * @throws what opening the outputs throws; nothing is open then
 */
export async function openOutputs(request: FingerprintRequest, terminal: Terminal): Promise<RunOutputs> {
  const { flags, path } = request;
  const { reference, out, outDir, inPlace, newTable, saveStats, overwrite = false } = flags;
  if (out === undefined) {
    await refuseEditedInput(path, inPlace ? "--in-place" : "--new-table", storeAccess(flags));
  }
  const common = { input: path, access: storeAccess(flags), lock: lockOptions(terminal) };
  const facts = once(() => factsOf(request));
  let group = "";
  const openResult = async (replaces: boolean) => {
    const tablePath =
      inPlace || newTable !== undefined
        ? await locateTable(path, { ...flags, overwrite: replaces }, request.signal)
        : undefined;
    group = newTable === undefined ? (tablePath ?? "") : `tables/${newTable}`;
    const place = { isSection: true, out, outDir, inPlace, newTable, tablePath, overwrite: replaces };
    return openResultPlace({
      ...common,
      ...place,
      zarrFormat: flags.zarrFormat,
      format: flags.format,
      resume: flags.resume,
      alsoRead: [reference],
    });
  };
  const openStatistics = (replaces: boolean) => {
    const alsoRead = out === undefined ? [reference] : [reference, out];
    return openOutput({ ...common, alsoRead, out: saveStats, flag: "--save-stats", overwrite: replaces });
  };
  const compareResult = () => differenceOfResult({ location: out ?? path, group }, request, facts);
  const compareStatistics = () => differenceOfStatistics(saveStats ?? "", request, facts);
  const tell = ({ place, lines }: Difference) => {
    const message = `What is at ${place} was made of something else, and is replaced: ${lines.join("; ")}.`;
    terminal.note({ code: "another-result", message });
  };
  const telling = { resume: flags.resume, overwrite, tell };

  const output = await openUnlessMade(openResult, compareResult, {
    ...telling,
    overwrite: overwrite || inPlace === true,
  });
  if (saveStats === undefined) return { output, statistics: undefined };
  try {
    const statistics = await openUnlessMade(openStatistics, compareStatistics, telling);
    if (output !== undefined || statistics === undefined) return { output, statistics };
    // A result without the statistics that are asked for now is made again, where it may be.
    try {
      return { output: await openResult(overwrite), statistics };
    } catch (error) {
      await discard(statistics);
      throw error;
    }
  } catch (error) {
    await discard(output);
    throw error;
  }
}

interface Discardable {
  discard(): Promise<void>;
}

interface Resuming {
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  /** Told of what is replaced. */
  readonly tell: (difference: Difference) => void;
}

/** Opens a place to write to; undefined where a run that is resumed finds there what it would write. */
async function openUnlessMade<T extends Discardable>(
  open: (overwrite: boolean) => Promise<T>,
  compare: () => Promise<Difference | "same" | undefined>,
  { resume = false, overwrite = false, tell }: Resuming,
): Promise<T | undefined> {
  if (!resume) return open(overwrite);
  // Nothing is replaced before it is known to be what was asked for; what a killed run left there has been mended by now.
  const store = await open(true);
  let found: Difference | "same" | undefined;
  try {
    found = await compare();
  } catch (error) {
    await discard(store);
    throw error;
  }
  if (found !== "same" && overwrite) {
    if (found !== undefined) tell(found);
    return store;
  }
  await store.discard();
  if (found === "same") return undefined;
  if (found !== undefined) throw differs(found);
  return open(false);
}

function differs({ place, lines }: Difference): OptionError {
  return new OptionError({
    option: "--resume",
    value: place,
    found: `${place}, which is already there and was made of something else (${lines.join("; ")})`,
    rule: "what these inputs and options make",
    remedy: "Give what that run was given, name another place, or replace it with --overwrite.",
  });
}

/** What went wrong before is what is told. */
async function discard(store: Discardable | undefined): Promise<void> {
  await store?.discard().catch(() => undefined);
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= work();
    return answer;
  };
}
