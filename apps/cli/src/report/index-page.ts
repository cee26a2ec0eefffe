import { basename } from "node:path";
import { readResultContents } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import type { ReferenceScore } from "@flashdeconv/report";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import type { RunFlags } from "../options/run-flags.js";
import { storeAccess } from "../options/store-options.js";
import { withStore } from "../stores/with-store.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData } from "../tables/table-formats.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { type FoundSection, planIndexFile } from "./index-file.js";
import { storedFigures } from "./stored-figures.js";

/** A page that shows the results of several sections side by side. */
export interface IndexPage {
  readonly path: string;
  /** Makes it of the outcomes of their runs, in the order of their places. */
  write(outcomes: readonly Outcome[], places: readonly (string | undefined)[]): Promise<void>;
}

/**
 * Looks whether such a page can be written into the folder of the results, before anything is read. Undefined where reports are not made.
 *
 * @throws StoreError where something lies there that flashdeconv did not write
 */
export async function planIndex(flags: RunFlags, terminal: Terminal): Promise<IndexPage | undefined> {
  const { outDir } = flags;
  if (outDir === undefined || flags.report === false || isRemote(outDir)) return undefined;
  const flag = { flag: "--no-report", remedy: "--no-report makes none" };
  const file = await planIndexFile(outDir, flag, terminal);
  return {
    path: file.path,
    async write(outcomes, places) {
      const found: FoundSection[] = [];
      for (const [i, { json }] of outcomes.entries())
        found.push(await sectionOf(json as unknown as RunJson, places[i] as string, flags, terminal));
      await file.write(found);
    },
  };
}

/** What of a run's outcome is shown. A run that was done before tells its score only. */
interface RunJson {
  readonly report?: string | null;
  readonly reference_score?: StoredScore | null;
  readonly sections?:
    | readonly { readonly name?: string; readonly reference_score?: StoredScore | null }[]
    | null;
  readonly amount?: "rna" | "cells";
  readonly spot_count?: number;
  readonly spot_statuses?: Readonly<Record<string, number>>;
  readonly cell_types?: readonly { readonly name: string; readonly mean_proportion: number | null }[];
}

interface StoredScore {
  readonly level: ReferenceScore["level"];
  readonly text: string;
}

async function sectionOf(
  json: RunJson,
  place: string,
  flags: RunFlags,
  { signal }: Terminal,
): Promise<FoundSection> {
  const all = json.sections ?? [{ reference_score: json.reference_score }];
  const scores = all.flatMap(({ name, reference_score: score }): ReferenceScore[] =>
    score ? [{ section: name, level: score.level, text: score.text }] : [],
  );
  const name = basename(redactUrl(place)).replace(/\.(zarr(\.zip)?|h5ad|csv(\.gz)?|parquet|arrow)$/i, "");
  const section = { name, scores, ...(json.report && { report: basename(json.report) }) };
  if (json.cell_types) {
    const shares = json.cell_types.map(({ mean_proportion: mean }) => mean);
    const isClaimed = shares.every((share) => share !== null);
    return {
      ...section,
      amount: json.amount,
      spotCount: json.spot_count,
      ownCount: json.spot_statuses?.ok,
      types: json.cell_types.map((type) => type.name),
      ...(isClaimed && { shares: shares as number[] }),
    };
  }
  const isRed = scores.some(({ level }) => level === "red");
  if (!isAnnData(outputFormat(place, flags.format))) return { ...section, types: [] };
  const { keyAdded: key = RESULT_DEFAULTS.key } = flags;
  const figures = await withStore(place, storeAccess(flags), async (store) =>
    storedFigures(await readResultContents(store, { key, signal }), key, { isRed, signal }),
  );
  return { ...section, ...figures };
}
