import { redactUrl } from "@flashdeconv/stores/internal";
import { asGiven } from "../options/cells-flag.js";
import type { RunFlags } from "../options/run-flags.js";
import { planTypes } from "../options/type-options.js";

/** Where the result comes from, to be kept with it; names as they were given, without what URLs hold to show who asks. */
export function provenance(path: string, flags: RunFlags): Record<string, string> {
  const { reference, table, layer = "X", referenceLayer = "X", cellTypeKey, spatialKey } = flags;
  const { labels, geneKey, referenceGeneKey, spatialColumns, sectionKey, cellsPerSpot } = flags;
  const { merge } = planTypes(flags);
  const facts = {
    types_merged: merge && JSON.stringify(merge),
    level: flags.level,
    spatial: redactUrl(path),
    reference: redactUrl(reference),
    table,
    layer,
    reference_layer: referenceLayer,
    cell_type_key: cellTypeKey,
    labels: labels && redactUrl(labels),
    gene_key: geneKey,
    reference_gene_key: referenceGeneKey,
    spatial_key: spatialKey,
    spatial_columns: spatialColumns?.join(","),
    section_key: sectionKey,
    ...(typeof cellsPerSpot === "object" && { cells_per_spot: String(asGiven(cellsPerSpot)) }),
  };
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
