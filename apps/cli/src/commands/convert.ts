import { countOf } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { INPUT_KINDS } from "../options/input-kinds.js";
import { addSectionOptions } from "../options/input-options.js";
import { refuseWithoutObject, remoteObjects } from "../options/option-objects.js";
import { addStoreOptions, storeAccess } from "../options/store-options.js";
import { type ConversionFlags, openConversion } from "../stores/open-conversion.js";
import { sectionAt } from "../stores/section-at.js";
import { withStore } from "../stores/with-store.js";
import { writeSection } from "../stores/write-section.js";
import { openStoreInPython } from "../terminal/open-in-python.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv convert outs section.zarr
  flashdeconv convert filtered_feature_bc_matrix cells.zarr
  flashdeconv run section.zarr --reference cells.zarr --out result.zarr`;

export interface ConvertFlags extends TerminalOptions, ConversionFlags {}

export function addConvertCommand(program: Command, environment: Environment): void {
  const command = program
    .command("convert")
    .description(
      "Writes counts, names, columns of obs and var, and positions of any input as an AnnData Zarr store, which anndata reads and run reads fastest.",
    )
    .argument("<input>", `what run takes as a section: ${INPUT_KINDS}`)
    .argument("<store>", "Zarr store to write");
  addSectionOptions(command)
    .option("--overwrite", "replace the store, if convert wrote it and nothing was added since")
    .option(
      "--scratch <folder>",
      "where to put in order what cannot be read by rows (default: the machine's folder of temporary files)",
    );
  addStoreOptions(command)
    .optionsGroup("Messages:")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress, no notes")
    .addHelpText("after", EXAMPLES)
    .action((input: string, out: string, flags: ConvertFlags) =>
      useTerminal(environment, flags, (terminal) => convert([input, out], flags, terminal)),
    );
}

/** Copies a section into a new store. Whatever fails, what was there is as it was before; where the same was converted already, it stays. */
export async function convert(
  [given, out]: readonly [input: string, store: string],
  asked: ConvertFlags,
  terminal: Terminal,
): Promise<Outcome> {
  refuseWithoutObject(asked, remoteObjects([given, out], asked));
  const access = storeAccess(asked);
  const { path, table } = await sectionAt(given, asked.table, access);
  const flags = { ...asked, table };
  const where = redactUrl(out);
  const { target, fingerprint } = await openConversion({ path, out, flags }, terminal);
  if (!target) {
    const line = `${where} is what this command makes already. Nothing was left to be done.`;
    return { lines: [line], json: { store: where, already_done: true } };
  }
  try {
    const facts = await withStore(path, access, (store) =>
      writeSection(store, { target, fingerprint }, flags, terminal),
    );
    const positions = facts.hasCoordinates ? "positions in obsm/spatial" : "no positions";
    return {
      lines: [
        `${where}: ${countOf(facts.spotCount, "spot")} x ${countOf(facts.geneCount, "gene")}, ${positions}`,
        "",
        ...openStoreInPython(where),
      ],
      json: {
        store: where,
        input: facts.called ?? "zarr",
        spot_count: facts.spotCount,
        gene_count: facts.geneCount,
        has_coordinates: facts.hasCoordinates,
      },
    };
  } finally {
    // After a commit this does nothing.
    await target.discard();
  }
}
