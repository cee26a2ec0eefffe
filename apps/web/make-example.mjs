import { writeAnnData, ZARR } from "@flashdeconv/io-zarr";
import { simulateTissue } from "@flashdeconv/simulate";
import { stagedZip } from "@flashdeconv/stores/internal";

/** Patches, each rich in some types: a map that shows at once whether it worked. */
const TISSUE = {
  spotCount: 1600,
  geneCount: 240,
  typeCount: 6,
  depth: 150,
  cellsPerType: 25,
  referenceDepth: 600,
  layout: "patchy",
  domainScale: 9,
  borderWidth: 3,
  seed: 18,
};

/**
 * The example that the page ships: a simulated section and its reference, the same bytes every time.
 *
 * @returns {Promise<Record<string, Uint8Array<ArrayBuffer>>>} files by name
 */
export async function makeExample() {
  const { spotCount, geneNames, counts, coordinates, spotNames, reference } = simulateTissue(TISSUE);
  const section = {
    spotCount,
    spotNames: spotNames(),
    geneNames,
    X: counts,
    obsm: { spatial: { values: coordinates } },
  };
  const { codes, names: categories } = reference.cellTypes;
  const cells = {
    spotCount: reference.cellCount,
    spotNames: reference.cellNames,
    geneNames: reference.geneNames,
    X: reference.counts,
    obs: [{ kind: "categorical", name: "cell_type", codes, categories }],
  };
  return { "section.zarr.zip": await zipped(section), "reference.zarr.zip": await zipped(cells) };
}

/**
 * AnnData as a zipped store.
 *
 * @param {import("@flashdeconv/io-zarr").AnnDataContents} contents
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function zipped(contents) {
  const pieces = [];
  const file = {
    append: async (bytes) => void pieces.push(bytes.slice()),
    commit: async () => undefined,
    discard: async () => undefined,
  };
  await writeAnnData(stagedZip(file, ZARR), contents);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
