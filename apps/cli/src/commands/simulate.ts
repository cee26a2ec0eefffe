import { WRITE_DEFAULTS } from "@flashdeconv/io-zarr/internal";
import { countOf, OPTION_FLAGS } from "@flashdeconv/results/internal";
import {
  SIMULATION_DEFAULTS as DEFAULTS,
  type SimulationOptions,
  simulateTissue,
} from "@flashdeconv/simulate";
import { type Command, Option } from "commander";
import type { Environment } from "../environment.js";
import { parseChoice } from "../options/parse-choice.js";
import { parseNumber } from "../options/parse-number.js";
import { writeTissue } from "../stores/write-tissue.js";
import type { Outcome, Terminal, TerminalOptions } from "../terminal/terminal.js";
import { useTerminal } from "../terminal/use-terminal.js";

const EXAMPLES = `
Examples:
  flashdeconv simulate tissue --spots 2000 --types 5 --seed 1
  flashdeconv run tissue/spatial.zarr --reference tissue/reference.zarr --out result.zarr
  flashdeconv evaluate result.zarr --truth tissue/spatial.zarr`;

type NumericOption = Exclude<keyof SimulationOptions, "layout" | "shuffleCoordinates" | "spotsPerChunk">;

/** The simulation's numbers: their placeholder and what they mean. */
const NUMBERS: Readonly<Record<NumericOption, readonly [placeholder: string, meaning: string]>> = {
  spotCount: ["count", "spots of the section"],
  geneCount: ["count", "genes"],
  typeCount: ["count", "cell types"],
  depth: ["counts", "mean counts of a spot"],
  seed: ["number", "the same seed gives the same data"],
  emptySpotFraction: ["share", "spots without any count"],
  rareTypeFraction: ["share", "spots that hold the rare type"],
  typesPerSpot: ["count", "most types of one spot"],
  leastShare: [
    "share",
    "least share of each type of a spot; above 0 a spot holds one type or more, each number as often",
  ],
  domainScale: ["spots", "size of a domain"],
  borderWidth: ["spots", "over which a patch or layer turns into the next"],
  spotVariation: ["number", "noise between neighbouring spots"],
  spotSpacing: ["distance", "between neighbouring spots"],
  depthVariation: ["number", "sd of the logarithm of a spot's depth"],
  overdispersion: ["number", "variance beyond Poisson, of each spot and gene"],
  platformEffect: ["number", "sd of the logarithm of each gene's factor between reference and section"],
  missingTypeCount: ["count", "types of the section that the reference lacks"],
  cellsPerType: ["count", "reference cells of each type"],
  referenceDepth: ["counts", "mean counts of a reference cell"],
  referenceOverdispersion: ["number", "variance beyond Poisson, of each cell and gene"],
  baselineVariation: ["number", "sd of the logarithm of the genes' means"],
  typeVariation: ["number", "the same between types, in genes that mark none"],
  markerFraction: ["share", "genes that mark a type"],
  markerFold: ["number", "median fold change of a marker"],
};

export interface SimulateFlags extends TerminalOptions {
  readonly layout?: SimulationOptions["layout"];
  readonly shuffleCoordinates?: boolean;
  readonly zarrFormat?: "2" | "3";
  readonly overwrite?: boolean;
  /** Numbers, under the names commander makes of their flags. */
  readonly [flag: string]: unknown;
}

export function addSimulateCommand(program: Command, environment: Environment): void {
  const command = program
    .command("simulate")
    .description("Makes a section with known truth, and a reference, as two stores in a folder.")
    .argument("<dir>", "folder for spatial.zarr and reference.zarr");
  for (const [name, [placeholder, meaning]] of Object.entries(NUMBERS)) {
    const flag = OPTION_FLAGS[name];
    const preset = DEFAULTS[name as NumericOption];
    command.option(`${flag} <${placeholder}>`, `${meaning} (default: ${preset})`, parseNumber(flag));
  }
  command
    .option(
      "--layout <kind>",
      `smooth, rough, patchy or layered domains (default: ${DEFAULTS.layout})`,
      parseChoice("--layout", ["smooth", "rough", "patchy", "layered"]),
    )
    .option("--shuffle-coordinates", "shuffle the positions of the spots")
    .option(
      "--zarr-format <2|3>",
      `Zarr version of the stores (default: ${WRITE_DEFAULTS.zarrFormat})`,
      parseChoice("--zarr-format", ["2", "3"]),
    )
    .option("--overwrite", "replace the stores that are there, if flashdeconv wrote them")
    .option("--json", "print one JSON object instead of a summary")
    .option("--quiet", "no progress")
    .addHelpText("after", EXAMPLES)
    .action((folder: string, flags: SimulateFlags) =>
      useTerminal(environment, flags, (terminal) => simulateInto(folder, flags, terminal)),
    );
}

/** Draws a tissue and writes it, chunk by chunk. */
export async function simulateInto(
  folder: string,
  flags: SimulateFlags,
  terminal: Terminal,
): Promise<Outcome> {
  const { overwrite, layout, shuffleCoordinates } = flags;
  const numbers = Object.keys(NUMBERS).map((name) => [name, flags[attributeName(OPTION_FLAGS[name])]]);
  const tissue = simulateTissue({ ...Object.fromEntries(numbers), layout, shuffleCoordinates });
  const zarrFormat = flags.zarrFormat === undefined ? undefined : (Number(flags.zarrFormat) as 2 | 3);
  const paths = await writeTissue(tissue, folder, { zarrFormat, overwrite }, terminal);
  const { spotCount, geneNames, typeNames, reference } = tissue;
  const lines = [
    `${paths.spatial}: ${countOf(spotCount, "spot")} x ${countOf(geneNames.length, "gene")}, ` +
      `truth of ${countOf(typeNames.length, "cell type")} in obsm/truth`,
    `${paths.reference}: ${countOf(reference.cellCount, "cell")}, types in obs/cell_type`,
  ];
  const facts = {
    spot_count: spotCount,
    gene_count: geneNames.length,
    type_count: typeNames.length,
    cell_count: reference.cellCount,
  };
  return { lines, json: { ...paths, ...facts } };
}

function attributeName(flag: string): string {
  return new Option(flag).attributeName();
}
