import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

/**
 * Sections by name. A depth of 194 counts leaves about 185 non-zeros in a spot, as Visium HD does at 8 um; the largest
 * section is thinner, so that it fits on a disk.
 */
export const SIZES = {
  "10k": { spots: 10_000, depth: 194 },
  "100k": { spots: 100_000, depth: 194 },
  "1m": { spots: 1_000_000, depth: 194 },
  "10m": { spots: 10_000_000, depth: 62 },
};

/** Cell types, where nothing else is asked for. */
export const TYPES = 20;

export const HELP = `Measures the built command line on simulated sections (18,000 genes, 20 types).

pnpm bench [options]
  --size <10k|100k|1m|10m>  spots (default: 100k; with --profile 1m)
  --depth <counts>          of a spot (default: 194; 62 at 10m)
  --repeat <count>          rounds; each measures everything once, in turn (default: 3)
  --workers <count>         of the run and of the floor (default: all cores)
  --zarr-format <2|3>       of the section (default: 2)
  --compressor <gzip|zstd>  of its matrix (default: gzip in Zarr v2, zstd in v3)
  --run-options="<options>"
                            more options for flashdeconv run, such as --run-options="--lambda 0"
  --peer                    also run the Python package, where it can be imported
  --profile                 one run under the profiler of V8 in place of timings
  --scaling                 one run each over spots, types, depth and workers, around --size
  --name <name>             of the file in benchmarks/results (default: made of the options)
  --keep                    keep the results that the runs wrote, in benchmarks/.cache`;

/** Reads the command line. Throws an Error that says what is wrong with it. */
export function parseOptions(args) {
  const { values } = parseArgs({
    // pnpm hands a "--" on as it is.
    args: args.filter((arg, at) => arg !== "--" || at > 0),
    options: {
      size: { type: "string" },
      depth: { type: "string" },
      repeat: { type: "string", default: "3" },
      workers: { type: "string", default: String(availableParallelism()) },
      "zarr-format": { type: "string", default: "2" },
      compressor: { type: "string" },
      "run-options": { type: "string", default: "" },
      name: { type: "string" },
      peer: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      scaling: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const size = values.size ?? (values.profile ? "1m" : "100k");
  requireOneOf("--size", size, Object.keys(SIZES));
  requireOneOf("--zarr-format", values["zarr-format"], ["2", "3"]);
  const compressor = values.compressor ?? (values["zarr-format"] === "2" ? "gzip" : "zstd");
  requireOneOf("--compressor", compressor, ["gzip", "zstd"]);
  if (values.profile && values.scaling) throw new Error("--profile and --scaling: give one of the two.");
  if (values.name !== undefined && !/^[\w.-]+$/.test(values.name)) {
    throw new Error(`--name is "${values.name}": letters, digits, dots and dashes make a file name here.`);
  }
  return {
    size,
    depth: values.depth === undefined ? undefined : wholeNumber("--depth", values.depth),
    repeat: wholeNumber("--repeat", values.repeat),
    workers: wholeNumber("--workers", values.workers),
    zarrFormat: Number(values["zarr-format"]),
    compressor,
    runOptions: values["run-options"].split(/\s+/).filter(Boolean),
    name: values.name,
    peer: values.peer,
    profile: values.profile,
    scaling: values.scaling,
    keep: values.keep,
    help: values.help,
  };
}

function requireOneOf(option, value, choices) {
  if (!choices.includes(value)) throw new Error(`${option} is "${value}": give ${choices.join(", ")}.`);
}

function wholeNumber(option, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option} is "${text}": give a whole number from 1.`);
  return Number(text);
}
