import { FormatError, type Notice } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { openArrays } from "@flashdeconv/io-zarr/internal";
import type { SolverInput } from "@flashdeconv/solver";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import type { TypeConfusion } from "../../contracts/confusion.js";
import type { Amount } from "../../contracts/options.js";
import type { Parameters } from "../../contracts/parameters.js";
import { unpackArrays } from "./pack-arrays.js";
import type { ProgrammeFacts } from "./programme-arrays.js";

/** Goes up when a store of today can no longer be read as it is meant. */
export const LAYOUT_VERSION = 1;
/** Of a store that holds summaries of several sections below it. */
export const SECTIONS_VERSION = 2;
export const MARK = "flashdeconv_statistics";

/** Facts of a stored summary that are not arrays. */
export interface Facts {
  readonly version: number;
  readonly spotCount: number;
  readonly typeNames: readonly string[];
  /** Left out by stores from before types without counts took no part in the fit. */
  readonly silentTypes?: readonly string[];
  readonly precision: "float64" | "float32";
  readonly edgeCount: number;
  readonly hasOrder: boolean;
  readonly dimension: 0 | 2 | 3;
  readonly meanDegree: number;
  /** Left out by stores from before there were others than "statistics". */
  readonly input?: SolverInput;
  readonly meanDepth?: number;
  readonly composition?: readonly number[];
  readonly solverOptions: object;
  readonly parameters: Parameters;
  readonly cellCounts: readonly number[] | null;
  readonly countsPerCell?: readonly number[];
  readonly measures?: Amount;
  readonly amount?: Amount;
  readonly notices?: readonly Notice[];
  /** Left out where there is none, and by earlier stores. */
  readonly programme?: ProgrammeFacts;
  /** What there is of confusion beside its arrays. */
  readonly confusion?: Omit<TypeConfusion, "strata"> & {
    readonly strata: readonly { readonly least: number; readonly depth: number }[];
  };
}

/** The parameters of a summary that `writeSummary` kept, and nothing else of it. Throws FormatError as `readSummary` does. */
export async function readSummaryParameters(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<Parameters> {
  const { attributes } = await openArrays(store, { signal });
  const found = attributes[MARK] as Partial<Facts> | undefined;
  const isOfSections = found?.version === SECTIONS_VERSION && found.parameters !== undefined;
  return unpackArrays((isOfSections ? (found as Facts) : readFacts(found, store.name)).parameters);
}

/** The facts of a store with one summary. Throws FormatError for anything else. */
export function readFacts(found: unknown, path = "the store"): Facts {
  const facts = found as Partial<Facts> | undefined;
  if (typeof facts !== "object" || facts === null || facts.version !== LAYOUT_VERSION) {
    throw new FormatError({
      path,
      found:
        facts?.version === undefined
          ? "no statistics of flashdeconv"
          : `statistics of version ${facts.version}`,
      expected: `statistics of version ${LAYOUT_VERSION}`,
      remedy: `Give the store that a run with ${optionName("saveStats")} wrote, or make it again.`,
    });
  }
  return facts as Facts;
}
