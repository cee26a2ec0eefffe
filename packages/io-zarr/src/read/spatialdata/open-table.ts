import { FormatError, OptionError } from "@flashdeconv/core";
import { settleAll } from "../../settle-all.js";
import { type Hierarchy, join } from "../hierarchy.js";

/** A SpatialData container and which of its tables is meant. */
export interface Container {
  /** The container's own hierarchy. */
  readonly hierarchy: Hierarchy;
  readonly tableNames: readonly string[];
  readonly tableName: string;
  /** Path of the table below the container's root: `tables/<name>`, in old containers `table/table`. */
  readonly tablePath: string;
  /** What the container says of its layout: "0.1" where it says nothing. */
  readonly version: string;
}

/** Whether the root is that of a SpatialData container: it says so, or holds tables and no obs of its own. */
export async function isContainer(hierarchy: Hierarchy): Promise<boolean> {
  const root = await hierarchy.node("");
  if (root?.kind !== "group") return false;
  if ("spatialdata_attrs" in root.attributes) return true;
  if (await hierarchy.node("obs")) return false;
  return (await tableFolder(hierarchy)) !== undefined;
}

/**
 * The table called `name`, or the only one there is.
 *
 * @throws OptionError, listing the tables, where there are several and none is named, or the named one is not there;
 *   FormatError where the container has no table
 */
export async function openTable(hierarchy: Hierarchy, name: string | undefined): Promise<Container> {
  const folder = (await tableFolder(hierarchy)) ?? "tables";
  const listed = await hierarchy.children(folder);
  const tableNames = await groupsOf(hierarchy, folder, listed ?? (name === undefined ? [] : [name]));
  const tableName = name ?? (tableNames.length === 1 ? tableNames[0] : undefined);
  if (tableName === undefined || !tableNames.includes(tableName)) {
    if (tableNames.length === 0 && listed !== undefined) throw noTable(folder);
    throw new OptionError({
      option: "table",
      value: name,
      rule:
        tableNames.length > 0
          ? `one of the tables of this SpatialData container: ${tableNames.join(", ")}`
          : "the name of a table of this SpatialData container, which cannot be listed",
      remedy: "Name the table that holds the counts.",
    });
  }
  const attributes = (await hierarchy.node(""))?.attributes.spatialdata_attrs;
  const version = (attributes as { version?: unknown } | undefined)?.version;
  return {
    hierarchy,
    tableNames,
    tableName,
    tablePath: join(folder, tableName),
    version: typeof version === "string" ? version : "0.1",
  };
}

/** `tables`, or `table` of containers before there could be several. */
async function tableFolder(hierarchy: Hierarchy): Promise<"tables" | "table" | undefined> {
  const [tables, table] = await settleAll([hierarchy.node("tables"), hierarchy.node("table/table")]);
  if (tables?.kind === "group") return "tables";
  return table?.kind === "group" ? "table" : undefined;
}

async function groupsOf(hierarchy: Hierarchy, folder: string, names: readonly string[]): Promise<string[]> {
  const visible = names.filter((name) => !name.startsWith("."));
  const nodes = await settleAll(visible.map((name) => hierarchy.node(join(folder, name))));
  return visible.filter((_, i) => nodes[i]?.kind === "group");
}

function noTable(folder: string): FormatError {
  return new FormatError({
    path: folder,
    found: "a SpatialData container without a table",
    expected: "a table with counts (tables/<name>)",
    remedy: "Add one in Python (sdata.tables[name] = adata), or give an AnnData store.",
  });
}
