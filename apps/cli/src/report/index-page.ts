import { basename, join } from "node:path";
import type { DenseChunk } from "@flashdeconv/core";
import type { Column } from "@flashdeconv/io-zarr";
import { readResultContents } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import { buildIndex, type IndexedSection, type ReferenceScore } from "@flashdeconv/report";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import packageJson from "../../package.json";
import type { RunFlags } from "../options/run-flags.js";
import { storeAccess } from "../options/store-options.js";
import { lockOptions } from "../stores/lock-options.js";
import { withStore } from "../stores/with-store.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData } from "../tables/table-formats.js";
import type { Outcome, Terminal } from "../terminal/terminal.js";
import { openReportFile, writeReport } from "./report-file.js";

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
  const path = join(localPath(outDir), "index.html");
  const request = {
    path,
    flag: "--no-report",
    remedy: "--no-report makes none",
    lock: lockOptions(terminal),
  };
  await (await openReportFile(request)).discard();
  return {
    path,
    async write(outcomes, places) {
      const found: (IndexedSection & { readonly types: readonly string[] })[] = [];
      for (const [i, { json }] of outcomes.entries())
        found.push(await sectionOf(json as unknown as RunJson, places[i] as string, flags, terminal));
      const typeNames = [...new Set(found.flatMap(({ types }) => types))];
      const sections = found.map(({ types, shares, ...section }): IndexedSection => {
        const named = new Map(types.map((name, k) => [name, shares?.[k] ?? 0]));
        return { ...section, ...(shares && { shares: typeNames.map((name) => named.get(name) ?? 0) }) };
      });
      const name = basename(localPath(outDir).replace(/[/\\]+$/, "")) || "results";
      const { version } = packageJson;
      await writeReport(
        await openReportFile(request),
        await buildIndex({ name, version, typeNames, sections }),
      );
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

async function sectionOf(json: RunJson, place: string, flags: RunFlags, terminal: Terminal) {
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
  return { ...section, ...(await storedFigures(place, flags, isRed, terminal)) };
}

/** The same of a result that is there. */
async function storedFigures(place: string, flags: RunFlags, isRed: boolean, { signal }: Terminal) {
  const { keyAdded: key = RESULT_DEFAULTS.key } = flags;
  return withStore(place, storeAccess(flags), async (store) => {
    const { spotCount, obs, obsm, uns } = await readResultContents(store, { key, signal });
    const { columnNames: types = [], values } = obsm?.[key] ?? {};
    const ownCount = countOk(obs?.find((column) => column.name === `${key}_status`));
    if (isRed || values === undefined) return { spotCount, ownCount, types };
    const sums = new Float64Array(types.length);
    let answered = 0;
    for await (const chunk of values.chunks({ signal })) answered += addRows(chunk, sums);
    const { amount } = (uns?.[`${key}_params`] ?? {}) as { readonly amount?: "rna" | "cells" };
    return {
      amount,
      spotCount,
      ownCount,
      types,
      shares: Array.from(sums, (sum) => sum / Math.max(1, answered)),
    };
  });
}

function addRows({ values, spotCount, width }: DenseChunk, sums: Float64Array): number {
  let answered = 0;
  for (let row = 0; row < spotCount; row++) {
    if (Number.isNaN(values[row * width])) continue;
    answered++;
    for (let k = 0; k < width; k++) sums[k] += values[row * width + k];
  }
  return answered;
}

function countOk(column: Column | undefined): number | undefined {
  if (column?.kind !== "categorical") return undefined;
  const ok = column.categories.indexOf("ok");
  let count = 0;
  for (const code of column.codes) if (code === ok) count++;
  return count;
}
