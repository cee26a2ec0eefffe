import { OptionError } from "@flashdeconv/core";
import { openSpatial, type SpatialDataset } from "@flashdeconv/io-zarr";
import { storeBelow } from "@flashdeconv/io-zarr/internal";
import { RESULT_DEFAULTS } from "@flashdeconv/pipeline";
import { countOf } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { type ObsColumn, parseObsColumn } from "../options/cells-flag.js";
import { sectionOptions } from "../options/input-options.js";
import { namesIn } from "../options/names-in.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { requireGiven } from "../options/require-given.js";
import { addStoreOptions, storeAccess } from "../options/store-options.js";
import {
  expressionPlaces,
  type ExpressionFlags as InputFlags,
  type OpenResult,
  readShares,
  requireSameSpots,
  withResult,
} from "../stores/expression-inputs.js";
import { lockOptions } from "../stores/lock-options.js";
import { openOutput } from "../stores/open-output.js";
import { readRegions } from "../stores/read-regions.js";
import { withStore } from "../stores/with-store.js";
import { type ExpressionToWrite, writeLayers, writeSums } from "../stores/write-expression.js";
import { outputFormat } from "../tables/output-format.js";
import { openStoreInPython } from "../terminal/open-in-python.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv expression result.zarr --types Astrocyte,Neuron --genes Aqp4,Gfap --out expression.zarr
  flashdeconv expression result.zarr --by obs:region --out regions.zarr
  flashdeconv expression moved.zarr --spatial section.zarr --reference cells.zarr --by obs:region --out regions.zarr`;

export interface ExpressionFlags extends TerminalOptions, InputFlags {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly types?: readonly string[];
  readonly genes?: readonly string[];
  readonly by?: ObsColumn;
}

export function addExpressionCommand(program: Command, environment: Environment): void {
  const command = program
    .command("expression")
    .description(
      "Divides the counts of a section among the cell types of its result: expected counts of each type, by spot or summed by region.",
    )
    .argument("<result>", "store with the result, a path or URL")
    .option("--out <store>", "Zarr store to write")
    .option("--overwrite", "replace the store, if flashdeconv wrote it")
    .option(
      "--types <names>",
      "cell types, separated by commas; may be given several times (default: all)",
      collectNames,
    )
    .option(
      "--genes <names>",
      "genes, separated by commas; may be given several times (default: all that section and reference share)",
      collectNames,
    )
    .option(
      "--by <obs:COLUMN>",
      "sum over the spots of each value of a column of the section or the result (default: a layer per type)",
      (text) => parseObsColumn("--by", text),
    )
    .option("--key <name>", `obsm key of the result (default: ${RESULT_DEFAULTS.key})`)
    .optionsGroup("Inputs, where they are not as the run had them:")
    .option("--spatial <path>", "the section that the result was made of (default: as the result says)")
    .option("--table <name>", "its table in a SpatialData store, and that of a result in place")
    .option("--bin <edge>", "its bins, in a Visium HD folder or a GEM or GEF file")
    .option("--cells", "its segmented cells, in a Visium HD folder")
    .option("--layer <name>", "its layer with raw counts")
    .option("--gene-key <column>", "its var column with the genes' names")
    .option("--reference <path>", "the reference (default: as the result says)")
    .option("--cell-type-key <name>", "obs column of the cells' types")
    .option("--labels <file>", "table of the cells and their types")
    .option("--reference-layer <name>", "layer of the reference with raw counts")
    .option("--reference-gene-key <column>", "var column of the reference with the genes' names");
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((result: string, given: Partial<ExpressionFlags>) => {
      const flags = { ...given, out: requireGiven("--out", given.out, "a new Zarr store") };
      return useTerminal(environment, flags, (terminal) => divideExpression(result, flags, terminal));
    });
}

function collectNames(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Reads result, section and reference, and writes expected counts. Whatever fails, the output is as it was before. */
export async function divideExpression(
  path: string,
  flags: ExpressionFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { key = RESULT_DEFAULTS.key, out, overwrite, spatial, reference } = flags;
  if (outputFormat(out, undefined) !== "zarr") {
    const rule = "a name that ends in .zarr: expected counts are a matrix, which tables have no room for";
    throw new OptionError({ option: "--out", value: redactUrl(out), rule, remedy: "Give such a name." });
  }
  refuseWithoutObject(flags, remoteObjects([path, out, spatial, reference], flags));
  return withResult(path, { ...flags, key }, terminal, async (result) => {
    const places = expressionPlaces(flags, result.parameters);
    const access = storeAccess(flags);
    const alsoRead = [places.spatial, places.reference.reference];
    const target = await openOutput({
      input: path,
      alsoRead,
      out,
      overwrite,
      access,
      lock: lockOptions(terminal),
    });
    try {
      const { bin, cells } = places.section;
      return await withStore(places.spatial, { ...access, bin, cells }, async (store) => {
        const options = {
          ...sectionOptions(places.section),
          signal: terminal.signal,
          onNotice: terminal.note,
        };
        const section = await openSpatial(store, options);
        const { signal } = terminal;
        await requireSameSpots(result, {
          ...section,
          place: places.spatial,
          spotNames: () => section.spotNames({ signal }),
        });
        const ofSection = storeBelow(store, section.tablePath ?? "");
        const regions = flags.by && (await readRegions(flags.by, [ofSection, result.contents], signal));
        const shares = await readShares(places.reference, result, section.geneNames, terminal);
        const work = {
          target,
          input: { counts: section.counts, proportions: result.proportions, shares },
          ...wantedOf(flags, result, section, shares.isShared),
          result,
          spotNames: section.spotNames({ signal }),
          uns: { expression: { result: redactUrl(path), key, by: flags.by?.column } },
        } satisfies ExpressionToWrite;
        noteScore(result, terminal);
        const told = regions ? await writeSums(work, regions, terminal) : await writeLayers(work, terminal);
        return describe(redactUrl(out), told, terminal);
      });
    } finally {
      // After a commit this does nothing.
      await target.discard();
    }
  });
}

/** The types and genes that are asked for, in the order of the result and of the section. */
function wantedOf(
  { types, genes }: ExpressionFlags,
  { typeNames }: OpenResult,
  { geneNames }: SpatialDataset,
  isShared: Uint8Array,
): Pick<ExpressionToWrite, "wanted" | "typeNames" | "geneNames"> {
  const wantedTypes =
    types === undefined
      ? typeNames
      : typeNames.filter(isAmong(namesIn(types, { flag: "--types", of: "cell type", known: typeNames })));
  const shared = geneNames.filter((_, column) => isShared[column] === 1);
  const known = { flag: "--genes", of: "shared gene", known: shared };
  const isWanted = genes === undefined ? () => true : isAmong(namesIn(genes, known));
  const places = new Int32Array(geneNames.length).fill(-1);
  const wantedGenes: string[] = [];
  for (const [column, name] of geneNames.entries()) {
    if (isShared[column] === 0 || !isWanted(name)) continue;
    places[column] = wantedGenes.length;
    wantedGenes.push(name);
  }
  const columns = Int32Array.from(wantedTypes, (name) => typeNames.indexOf(name));
  return {
    wanted: { places, geneCount: wantedGenes.length, types: columns },
    typeNames: wantedTypes,
    geneNames: wantedGenes,
  };
}

function isAmong(names: readonly string[]): (name: string) => boolean {
  const all = new Set(names);
  return (name) => all.has(name);
}

/** What is divided by a reference that does not describe the section is of no type that it names. */
function noteScore({ parameters }: OpenResult, { note }: Terminal): void {
  const { level } = (parameters.reference_score ?? {}) as { readonly level?: unknown };
  if (level !== "red") return;
  const message =
    "The reference does not describe this section (its score is red), so counts divided by it tell nothing of the types.";
  note({ code: "reference-mismatch", message });
}

function describe(
  where: string,
  told: Awaited<ReturnType<typeof writeSums>>,
  { notices }: Terminal,
): Outcome {
  const { rows, rowKind, spotCount, typeNames, geneCount, observed, unassigned } = told;
  const share = observed > 0 ? (100 * unassigned) / observed : 0;
  return {
    lines: [
      `${where}: expected counts of ${countOf(typeNames.length, "cell type")} x ${countOf(geneCount, "gene")} in ${countOf(rows, rowKind)}`,
      `${Math.round(observed).toLocaleString("en-US")} counts, ${share.toPrecision(2)} % of them of no type: genes that no type of a spot has, or spots without an answer`,
      "",
      ...openStoreInPython(where),
    ],
    json: {
      store: where,
      region_count: rowKind === "region" ? rows : null,
      spot_count: spotCount,
      gene_count: geneCount,
      cell_types: typeNames,
      observed_counts: observed,
      unassigned_counts: unassigned,
      notices,
    },
  };
}
