import { FormatError } from "@flashdeconv/core";
import { type Hierarchy, join, openDataframe, type ZarrNode } from "@flashdeconv/io-zarr/arrays/internal";
import { hasNode } from "./root.js";
import type { TypeTable } from "./what.js";

/** What a result has, as its metadata tell: no value is read for it. */
export interface Layout {
  readonly key: string;
  readonly spotCount: number;
  readonly typeNames: readonly string[];
  /** What the types' columns are called in the store. */
  readonly storedNames: readonly string[];
  /** Tables with a column for each type. */
  readonly tables: ReadonlySet<TypeTable>;
  /** Columns of spots without the key, beside that of the largest type. */
  readonly columns: readonly SpotColumn[];
}

export interface SpotColumn {
  readonly name: string;
  readonly kind: "number" | "classes";
}

const TABLES = ["low", "high", "cells"] as const;

export async function readLayout(hierarchy: Hierarchy, key: string): Promise<Layout> {
  const path = join("obsm", key);
  const { columnNames: storedNames } = await openDataframe(hierarchy, path);
  const nodes = await Promise.all(storedNames.map((name) => hierarchy.node(join(path, name))));
  const shapes = nodes.map((node) => (node?.kind === "array" ? node.metadata.shape : []));
  const [[spotCount] = []] = shapes;
  if (spotCount === undefined || shapes.some((shape) => shape.length !== 1 || shape[0] !== spotCount)) {
    throw new FormatError({
      path,
      found: storedNames.length === 0 ? "no column" : "columns that are not one number per spot",
      expected: "a column of numbers for each type",
      remedy: "Name the key of a result; if this is one, it is damaged: write it again.",
    });
  }
  const tables = new Set<TypeTable>([""]);
  for (const table of TABLES) {
    if (await hasColumns(hierarchy, `${key}_${table}`, storedNames)) tables.add(table);
  }
  if (tables.has("low") && tables.has("high")) tables.add("width");
  return {
    key,
    spotCount,
    typeNames: nodes.map((node, k) => labelOf(node) ?? storedNames[k]),
    storedNames,
    tables,
    columns: await columnsOf(hierarchy, key, storedNames),
  };
}

async function hasColumns(hierarchy: Hierarchy, name: string, expected: readonly string[]): Promise<boolean> {
  if (!(await hasNode(hierarchy, "obsm", name))) return false;
  const node = await hierarchy.node(join("obsm", name));
  if (node?.kind !== "group") return false;
  // A solver of one's own may call its tables as it likes.
  const { columnNames } = await openDataframe(hierarchy, join("obsm", name));
  return columnNames.length === expected.length && columnNames.every((one, k) => one === expected[k]);
}

function labelOf(node: ZarrNode | undefined): string | undefined {
  const label = node?.attributes.label;
  return typeof label === "string" ? label : undefined;
}

async function columnsOf(
  hierarchy: Hierarchy,
  key: string,
  storedNames: readonly string[],
): Promise<SpotColumn[]> {
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const known = new Set(["dominant", ...storedNames].map((name) => `${key}_${name}`));
  const own = columnNames.filter((name) => name.startsWith(`${key}_`) && !known.has(name));
  const columns: SpotColumn[] = [];
  for (const name of own) {
    const kind = kindOf(await hierarchy.node(join("obs", name)));
    if (kind !== undefined) columns.push({ name: name.slice(key.length + 1), kind });
  }
  return columns;
}

function kindOf(node: ZarrNode | undefined): SpotColumn["kind"] | undefined {
  if (node?.kind === "group")
    return node.attributes["encoding-type"] === "categorical" ? "classes" : undefined;
  if (node?.metadata.shape.length !== 1) return undefined;
  const { kind } = node.metadata.dataType;
  return kind === "float" || kind === "integer" ? "number" : undefined;
}
