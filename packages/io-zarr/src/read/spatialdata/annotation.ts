import { FormatError } from "@flashdeconv/core";
import { unpackStrings } from "../../codecs/vlen-utf8.js";
import { type Hierarchy, join } from "../hierarchy.js";
import { openDataframe } from "../open-dataframe.js";
import { packPiece } from "../read-strings.js";
import { openArray } from "../zarr-array.js";

/** Which elements of the container a table is about, and the columns of `obs` that tell it row by row. */
export interface Annotation {
  /** As the table lists them; empty where it does not. The column counts, not this list. */
  readonly regions: readonly string[];
  /** Column with the name of the element. */
  readonly regionKey: string;
  /** Column with the item of the element's index. */
  readonly instanceKey: string;
}

/** Column names that writers use, for tables that lost their attributes. */
const REGION_KEYS = ["region"];
const INSTANCE_KEYS = ["instance_id", "location_id", "cell_id", "spot_id"];

/**
 * What a table says of itself: in its attributes, else in `uns/spatialdata_attrs`; where both are lost, columns of obs with the
 * usual names. Undefined for a table that is about no element.
 *
 * @throws FormatError where a named column is not there
 */
export async function readAnnotation(table: Hierarchy): Promise<Annotation | undefined> {
  const attributes = (await table.node(""))?.attributes ?? {};
  const { columnNames } = await openDataframe(table, "obs");
  const [regionKey] = await textsOf(table, attributes.region_key, "region_key");
  const [instanceKey] = await textsOf(table, attributes.instance_key, "instance_key");
  if (regionKey === undefined || instanceKey === undefined) {
    // An attribute that is null was written so: the table is about nothing.
    if (attributes.region_key === null || attributes.instance_key === null) return undefined;
    return guessAnnotation(columnNames);
  }
  for (const key of [regionKey, instanceKey]) {
    if (!columnNames.includes(key)) throw noColumn(key, columnNames);
  }
  const regions = await textsOf(table, attributes.region, "region");
  return { regions, regionKey, instanceKey };
}

function guessAnnotation(columnNames: readonly string[]): Annotation | undefined {
  const regionKey = REGION_KEYS.find((name) => columnNames.includes(name));
  const instanceKey = INSTANCE_KEYS.find((name) => columnNames.includes(name));
  return regionKey && instanceKey ? { regions: [], regionKey, instanceKey } : undefined;
}

/** A string or list of strings: the attribute, or the array of that name in `uns/spatialdata_attrs`. */
async function textsOf(table: Hierarchy, attribute: unknown, name: string): Promise<readonly string[]> {
  if (typeof attribute === "string") return [attribute];
  if (Array.isArray(attribute)) return attribute.filter((item) => typeof item === "string");
  if (attribute === null) return [];
  const node = await table.node(join("uns/spatialdata_attrs", name));
  if (node?.kind !== "array" || node.metadata.dataType.kind !== "string") return [];
  const { shape } = node.metadata;
  if (shape.length > 1) return [];
  const array = openArray(table, node);
  const chunk = await array.readChunk(
    shape.map(() => 0),
    "refuse",
  );
  return unpackStrings(packPiece(array, chunk?.data, 0, shape[0] ?? 1));
}

function noColumn(name: string, columnNames: readonly string[]): FormatError {
  return new FormatError({
    path: "obs",
    found: `no column ${name} (columns: ${columnNames.join(", ") || "none"})`,
    expected: `the column ${name}, which the table's attributes name`,
    remedy: "Correct region_key and instance_key of the table: sdata.set_table_annotates_spatialelement.",
  });
}
