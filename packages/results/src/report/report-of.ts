import { tableStore } from "@flashdeconv/io-zarr/internal";
import { buildReport, type Report } from "@flashdeconv/report";
import { contentsOf, keyOf, type ReadingOptions, type ResultSource } from "../result-source.js";
import { readRegions } from "./read-regions.js";
import { reportInput } from "./report-input.js";

/**
 * The report of a result: one page of HTML that needs nothing else, and its pictures. Of a stored result also by the groups of spots that
 * the store has.
 *
 * @throws as `saveAs`
 */
export async function reportOf(
  source: ResultSource,
  options: ReadingOptions & { readonly name?: string } = {},
): Promise<Report> {
  const { signal } = options;
  const key = keyOf(source);
  // A report shows no maps, and making them reads every position.
  const shown = "result" in source ? { ...source, layout: { ...source.layout, maps: false } } : source;
  const contents = await contentsOf(shown, options);
  const regions =
    "store" in source
      ? await readRegions(await tableStore(source.store, source.table, signal), { key, signal })
      : undefined;
  const { name = key } = options;
  return buildReport(await reportInput(contents, { name, key, regions, signal }), { signal });
}
