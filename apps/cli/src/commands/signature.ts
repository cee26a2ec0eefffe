import { mapChunks, OptionError } from "@flashdeconv/core";
import { openReference } from "@flashdeconv/io-zarr";
import { OPEN_DEFAULTS, SIGNATURE_STAMP } from "@flashdeconv/io-zarr/internal";
import { prepareReference, type StageProgress } from "@flashdeconv/pipeline";
import { stageInWords } from "@flashdeconv/pipeline/internal";
import { countOf } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { INPUT_KINDS } from "../options/input-kinds.js";
import { withFlags } from "../options/option-flags.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { parseChoice } from "../options/parse-choice.js";
import { parseNumber } from "../options/parse-number.js";
import { requireGiven } from "../options/require-given.js";
import { addSchemaOptions } from "../options/schema-options.js";
import { addStoreOptions, type StoreFlags, storeAccess } from "../options/store-options.js";
import { type Donor, type JoinedSignature, joinDonors } from "../stores/join-donors.js";
import { lockOptions } from "../stores/lock-options.js";
import { openOutput } from "../stores/open-output.js";
import { type LabelFlags, readLabels } from "../stores/with-reference.js";
import { withStore } from "../stores/with-store.js";
import { writeSignatureCsv, writeSignatureStore } from "../stores/write-signature.js";
import { headerOf } from "../tables/csv/read-header.js";
import { CSV } from "../tables/csv/text-format.js";
import { openOwnFile } from "../tables/open-table-file.js";
import { outputFormat } from "../tables/output-format.js";
import { table } from "../terminal/table.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv signature cells.zarr --out signature.csv
  flashdeconv signature donor1.h5ad donor2.h5ad --cell-type-key annotation --min-cells 25 --out signature.zarr`;

export interface SignatureFlags extends TerminalOptions, StoreFlags, LabelFlags {
  readonly out: string;
  readonly overwrite?: boolean;
  readonly layer?: string;
  readonly geneKey?: string;
  readonly dropType?: readonly string[];
  readonly minCells?: number;
  readonly allowNonCounts?: boolean;
  readonly zarrFormat?: "2" | "3";
}

export function addSignatureCommand(program: Command, environment: Environment): void {
  const command = program
    .command("signature")
    .description("Reads single cells once and writes mean counts per type, which run takes as a --reference.")
    .argument("<cells...>", `single cells, of one donor or several: ${INPUT_KINDS}`)
    .option("--out <path>", "write a table, .csv, or a store, .zarr")
    .option("--overwrite", "replace what is at --out, if flashdeconv wrote it")
    .option(
      "--cell-type-key <name>",
      `obs column of the cells' types (default: ${OPEN_DEFAULTS.cellTypeKey})`,
    )
    .option("--labels <file>", "table of cells and their types, in place of an obs column")
    .option("--layer <name>", "layer with raw counts; raw for raw/X (default: X)")
    .option("--gene-key <column>", "var column with the genes' names (default: the index)")
    .option("--drop-type <name>", "leave a type out; may be given several times", collect)
    .option("--min-cells <count>", "leave out types of fewer cells (default: 1)", parseNumber("--min-cells"))
    .option(
      "--zarr-format <2|3>",
      "Zarr version of the new store (default: 2)",
      parseChoice("--zarr-format", ["2", "3"]),
    );
  addSchemaOptions(command, ["allowNonCounts"]);
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((cells: string[], flags: Partial<SignatureFlags>) => {
      const out = requireGiven("--out", flags.out, "a table or store to write");
      return useTerminal(environment, flags, (terminal) => makeSignature(cells, { ...flags, out }, terminal));
    });
}

function collect(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

/** Reads cells, adds them up by type, writes their means. Whatever fails, the output is as it was before. */
export async function makeSignature(
  cells: readonly string[],
  flags: SignatureFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { out, minCells = 1 } = flags;
  if (!Number.isInteger(minCells) || minCells < 1) {
    throw new OptionError({ option: "--min-cells", value: minCells, rule: "a whole number of at least 1" });
  }
  const format = outputFormat(out, undefined);
  refuseWithoutObject(flags, { ...remoteObjects([...cells, out], flags), zarr: format === "zarr" });
  const write = await openSignature(cells, flags, terminal);
  try {
    const donors: Donor[] = [];
    const labels = (await readLabels(flags, terminal))?.labels;
    for (const path of cells) donors.push(await readDonor(path, { ...flags, named: labels }, terminal));
    const joined = joinDonors(donors, flags);
    if (joined.leftOutGenes > 0) {
      const message = `Left out ${countOf(joined.leftOutGenes, "gene")} of the first input that another lacks, or has twice.`;
      terminal.note({ code: "genes-of-some", message });
    }
    await write.write(joined);
    return describe(redactUrl(out), format, joined);
  } catch (error) {
    // What went wrong first is what is told.
    await write.discard().catch(() => undefined);
    throw error;
  }
}

interface SignaturePlace {
  write(joined: JoinedSignature): Promise<void>;
  discard(): Promise<void>;
}

async function openSignature(
  cells: readonly string[],
  flags: SignatureFlags,
  terminal: Terminal,
): Promise<SignaturePlace> {
  const { out, overwrite } = flags;
  const [input, ...alsoRead] = cells;
  const access = storeAccess(flags);
  const request = { input, alsoRead, out, overwrite, access, lock: lockOptions(terminal) };
  const format = outputFormat(out, undefined);
  if (format === "zarr") {
    const store = await openOutput(request);
    const zarrFormat = flags.zarrFormat === undefined ? undefined : (Number(flags.zarrFormat) as 2 | 3);
    const options = { zarrFormat, signal: terminal.signal };
    return { write: (joined) => writeSignatureStore(store, joined, options), discard: () => store.discard() };
  }
  if (format !== "csv") {
    throw new OptionError({
      option: "--out",
      value: out,
      rule: `a name that ends in .csv or .zarr; mean counts are not written as ${format}`,
      remedy: "Give another name.",
    });
  }
  const file = await openOwnFile(request, {
    kind: "a signature",
    isOurs: async (path) => (await headerOf(path, CSV))?.[0] === SIGNATURE_STAMP,
  });
  return { write: (joined) => writeSignatureCsv(file, joined), discard: () => file.discard() };
}

/** The options, with what the table of `--labels` says. */
type DonorFlags = SignatureFlags & { readonly named?: ReadonlyMap<string, string> };

async function readDonor(path: string, flags: DonorFlags, terminal: Terminal): Promise<Donor> {
  const { signal, note } = terminal;
  const { layer, geneKey, cellTypeKey, allowNonCounts, named } = flags;
  return withStore(path, storeAccess(flags), async (store) => {
    const options = { layer, geneKey, cellTypeKey, labels: named, signal, onNotice: note };
    const keys = { layer: "--layer", "gene-key": "--gene-key" };
    const reference = await withFlags(keys, () => openReference(store, options));
    const { codes, names } = reference.cellTypes;
    const width = reference.geneNames.length;
    const squares = new Map(names.map((name) => [name, new Float64Array(width)]));
    const counts = mapChunks(reference.counts, (chunk) => {
      for (let row = 0; row < chunk.spotCount; row++) {
        const own = squares.get(names[codes[chunk.spotStart + row]]);
        if (own === undefined) continue;
        for (let i = chunk.indptr[row]; i < chunk.indptr[row + 1]; i++)
          own[chunk.indices[i]] += chunk.values[i] ** 2;
      }
      return chunk;
    });
    const onProgress = (progress: StageProgress) => terminal.progress.update(stageInWords(progress, "cells"));
    const prepared = await prepareReference(
      { ...reference, counts },
      { allowNonCounts },
      { signal, onProgress },
    );
    if (!("signature" in prepared)) throw new Error("cells were not read");
    for (const notice of prepared.notices) note(notice);
    return { prepared, squares };
  });
}

function describe(path: string, format: string, joined: JoinedSignature): Outcome {
  const { signature, cellCounts, dispersions } = joined;
  const { typeNames, geneNames } = signature;
  const shown = (value: number) => (Number.isNaN(value) ? "-" : value.toPrecision(3));
  return {
    lines: [
      `${path}: mean counts of ${countOf(typeNames.length, "cell type")} x ${countOf(geneNames.length, "gene")}`,
      "",
      ...table(
        ["cell type", "cells", "dispersion"],
        typeNames.map((name, k) => [name, String(cellCounts[k]), shown(dispersions[k])]),
      ),
    ],
    json: {
      signature: path,
      format,
      gene_count: geneNames.length,
      cell_types: typeNames.map((name, k) => ({
        name,
        cell_count: cellCounts[k],
        dispersion: Number.isNaN(dispersions[k]) ? null : dispersions[k],
      })),
    },
  };
}
