import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import {
  alignProportions,
  type ComparedSide,
  evaluateIntervals,
  evaluateProportions,
  keepAnswered,
  type NamedProportions,
  normalizeRows,
} from "@flashdeconv/simulate";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { requireGiven } from "../options/require-given.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { readIntervals, readProportions } from "../stores/read-proportions.js";
import { isTable } from "../stores/read-text.js";
import { isColumnTable } from "../tables/read-column-table.js";
import { describeEvaluation, type IntervalEvaluation } from "../terminal/describe-evaluation.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv evaluate result.zarr --truth section.zarr
  flashdeconv evaluate result.zarr --truth truth.csv --json
  flashdeconv evaluate result.zarr --truth truth.csv --spots-of rctd.csv`;

const DEFAULT_TRUTH_KEY = "truth";

export interface EvaluateFlags extends TerminalOptions, StoreFlags {
  readonly truth: string;
  readonly key?: string;
  readonly truthKey?: string;
  readonly spotsOf?: string;
}

function isStore(path: string): boolean {
  return !isTable(path) && !isColumnTable(path);
}

export function addEvaluateCommand(program: Command, environment: Environment): void {
  const command = program
    .command("evaluate")
    .description("Compares proportions with the truth. Spots and types are matched by name.")
    .argument(
      "<result>",
      "store with the result, or a file (a row per spot, a column per type): CSV, Parquet or Arrow",
    )
    .option("--truth <path>", "store with the truth, or such a file")
    .option("--key <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .option("--truth-key <name>", `obsm key of the truth (default: ${DEFAULT_TRUTH_KEY})`)
    .option(
      "--spots-of <path>",
      "compare only spots that this result answers too: a store (with --key) or such a file",
    );
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a table")
    .option("--quiet", "no notes")
    .addHelpText("after", EXAMPLES)
    .action((result: string, flags: Partial<EvaluateFlags>) => {
      const truth = requireGiven("--truth", flags.truth, "a store or a file with the true proportions");
      const evaluate = (terminal: Terminal) => evaluateResult(result, { ...flags, truth }, terminal);
      return useTerminal(environment, flags, evaluate);
    });
}

/** Reads both sides, makes proportions of them, brings them together by name and measures how close they are. */
export async function evaluateResult(
  path: string,
  flags: EvaluateFlags,
  { signal, note }: Terminal,
): Promise<Outcome> {
  const { truth: truthPath, key = RESULT_DEFAULTS.key, truthKey = DEFAULT_TRUTH_KEY, spotsOf } = flags;
  refuseWithoutObject(flags, {
    ...remoteObjects([path, truthPath, spotsOf], flags),
    resultStore: isStore(path) || (spotsOf !== undefined && isStore(spotsOf)),
    truthStore: isStore(truthPath),
  });
  const access = storeAccess(flags);
  const read = async (side: ComparedSide, path: string, place: { key: string; keyFlag: string }) =>
    normalizeRows(await readProportions({ path, ...place, access }, signal), side);
  const ofResult = { key, keyFlag: "--key" };
  const result = await read("result", path, ofResult);
  const other = spotsOf === undefined ? undefined : await read("other result", spotsOf, ofResult);
  const truth = await read("truth", truthPath, { key: truthKey, keyFlag: "--truth-key" });
  const estimate = other ? keepAnswered(result.table, other.table) : result.table;
  const aligned = alignProportions(estimate, truth.table);
  const notices = [result, other, truth, aligned].flatMap((step) => step?.notices ?? []);
  for (const notice of notices) note(notice);
  const evaluation = evaluateProportions(aligned.estimate, aligned.truth, aligned.typeNames.length);
  const intervals = await readIntervals({ path, ...ofResult, access }, signal);
  const judged =
    intervals && judgeIntervals(intervals, { result: result.table, truth: truth.table, other: other?.table });
  const rowsNormalized = { result: result.normalizedCount, truth: truth.normalizedCount };
  return describeEvaluation(aligned.typeNames, evaluation, { rowsNormalized, intervals: judged }, notices);
}

interface Sides {
  readonly result: NamedProportions;
  readonly truth: NamedProportions;
  /** Whose answered spots are compared alone, where one was given. */
  readonly other: NamedProportions | undefined;
}

/** The intervals of the types that the result has, brought together with the truth by name. */
function judgeIntervals(
  { low, high }: { readonly low: NamedProportions; readonly high: NamedProportions },
  { result, truth, other }: Sides,
): IntervalEvaluation {
  const [estimate, from, to] = [result, low, high].map((table) =>
    alignProportions(other ? keepAnswered({ ...table }, other) : table, truth),
  );
  const { typeNames } = estimate;
  // A type that the result lacks has no interval.
  const known = typeNames.map((name) => result.typeNames.includes(name));
  const actual = estimate.truth.map((value, i) => (known[i % typeNames.length] ? value : Number.NaN));
  return evaluateIntervals({
    estimate: estimate.estimate,
    low: from.estimate,
    high: to.estimate,
    truth: actual,
  });
}
