import { numbered } from "@flashdeconv/core/internal";
import { cursorOf, NOWHERE } from "../bytes/cursor.js";
import { unsupported } from "../bytes/errors.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import type { ChunkIndex } from "../chunks/chunk-index.js";
import { type ChunkTable, chunkTable } from "../chunks/chunk-table.js";
import { type Grid, gridOf } from "../chunks/grid.js";
import { countOf, type Dataspace, parseDataspace } from "../objects/dataspace.js";
import { type Filter, fillBytes, parseFill, parseFilters } from "../objects/filters.js";
import { type Layout, parseLayout } from "../objects/layout.js";
import { MESSAGE, type Message } from "../objects/object-header.js";
import { type Hdf5Type, parseType } from "../values/types.js";

/** All that a dataset's header says of its values. */
export interface DatasetFacts {
  readonly type: Hdf5Type;
  readonly space: Dataspace;
  readonly layout: Layout;
  readonly filters: readonly Filter[];
  readonly fill: Uint8Array | undefined;
  /** Whether the values lie in other files. */
  readonly isExternal: boolean;
}

export function parseDataset({ widths }: FileBytes, messages: readonly Message[]): DatasetFacts {
  const find = (type: number) => {
    const found = messages.find((message) => message.type === type);
    return found && cursorOf(found.data, widths);
  };
  const [type, space, layout] = [find(MESSAGE.datatype), find(MESSAGE.dataspace), find(MESSAGE.layout)];
  if (!type || !space || !layout) throw new Error("a dataset without a type, a shape or a place");
  const filters = find(MESSAGE.filters);
  const fill = find(MESSAGE.fill);
  const oldFill = find(MESSAGE.oldFill);
  return {
    type: parseType(type),
    space: parseDataspace(space),
    layout: parseLayout(layout),
    filters: filters ? parseFilters(filters) : [],
    fill: fill ? parseFill(fill) : oldFill && fillBytes(oldFill),
    isExternal: messages.some((message) => message.type === MESSAGE.external),
  };
}

/** How the bytes of a dataset are come by. */
export type Storage =
  | { readonly kind: "none" }
  | { readonly kind: "bytes"; readonly data: Uint8Array }
  | { readonly kind: "contiguous"; readonly address: number }
  | {
      readonly kind: "chunked";
      readonly grid: Grid;
      readonly table: ChunkTable;
      readonly plainEdges: boolean;
    };

/** Checks what a header says of the place of the values. Throws FormatError for a layout that is not read. */
export function storageOf(
  bytes: FileBytes,
  path: string,
  facts: DatasetFacts,
  index: ChunkIndex | undefined,
): Storage {
  const { layout, space, type, isExternal } = facts;
  const shape = space.shape ?? [0];
  if (isExternal)
    throw unsupported(path, "values in other files (external storage)", "values in the file itself");
  if (layout.kind === "virtual") {
    throw unsupported(
      path,
      "a virtual dataset, whose values lie in other files",
      "values in the file itself",
    );
  }
  const byteCount = countOf(shape) * type.size;
  if (byteCount === 0) return { kind: "none" };
  if (layout.kind === "compact") {
    if (layout.data.length < byteCount)
      throw new Error(`${numbered(layout.data.length, "byte")} of ${byteCount}`);
    return { kind: "bytes", data: layout.data.subarray(0, byteCount) };
  }
  if (layout.kind === "contiguous") {
    if (layout.address === NOWHERE) return { kind: "none" };
    if (layout.address + byteCount > bytes.size) {
      throw new Error(`${numbered(byteCount, "byte")} at ${layout.address} of ${bytes.size}`);
    }
    return { kind: "contiguous", address: layout.address };
  }
  if (layout.itemBytes !== type.size)
    throw new Error(`items of ${numbered(layout.itemBytes, "byte")}, not ${type.size}`);
  const grid = gridOf(shape, space, layout);
  return {
    kind: "chunked",
    grid,
    table: chunkTable(bytes, layout, grid, index),
    plainEdges: layout.plainEdges,
  };
}
