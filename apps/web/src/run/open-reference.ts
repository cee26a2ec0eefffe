import { FormatError, type Notice } from "@flashdeconv/core";
import { inspectStore, openReference as openCells } from "@flashdeconv/io-zarr";
import { readSignatureStore } from "@flashdeconv/io-zarr/internal";
import type { OpenReference } from "@flashdeconv/pipeline";
import { type ReferenceFacts, referenceFacts } from "@flashdeconv/pipeline/internal";
import { printableName } from "@flashdeconv/results/internal";
import { openFile, type ReadableStore } from "@flashdeconv/stores";
import { MOST_TABLE_BYTES } from "@flashdeconv/stores/internal";
import { locationOf, nameOfPlace, openPlace, requireReadable } from "./open-place.js";
import type { OpenedReference, Place, ReferenceChoices } from "./protocol.js";
import { typeColumns } from "./type-columns.js";

/** A reference that is open. */
export interface Reference {
  /** Undefined where no column of types has been chosen yet. */
  readonly input: OpenReference | undefined;
  /** Undefined for a table of mean counts. */
  readonly store: ReadableStore | undefined;
  readonly memory: ReferenceFacts | undefined;
  readonly isRemote: boolean;
  readonly choices: ReferenceChoices;
  readonly told: OpenedReference;
  close(): Promise<void>;
}

const TABLE = /\.(csv|tsv|txt)$/i;

export async function openReference(
  place: Place,
  choices: ReferenceChoices,
  signal: AbortSignal,
): Promise<Reference> {
  const name = nameOfPlace(place);
  const path = place.kind === "url" && URL.canParse(name) ? new URL(name).pathname : name;
  if ((place.kind === "file" || place.kind === "url") && TABLE.test(path)) {
    const { readSignatureCsv } = await import("./read-table.js");
    const input = readSignatureCsv(await readText(place, name, signal), { path: name });
    return ofTable(input, { name, choices, isRemote: place.kind === "url", close: async () => undefined });
  }
  const { store, called, isRemote, notices: found = [] } = await openPlace(place, { signal });
  const close = () => store.close();
  try {
    const signature = await readSignatureStore(store, { signal });
    if (signature) return ofTable(signature, { name, choices, isRemote, close });
    const notices: Notice[] = [...found];
    const { typeColumn: chosen, ...asStore } = choices;
    const summary = await inspectStore(store, { table: choices.table, signal });
    const columns = await typeColumns(store, summary, signal);
    const isUsual = summary.obsColumns.some(({ name }) => name === "cell_type");
    const typeColumn = chosen ?? (isUsual ? "cell_type" : columns[0]?.name);
    const told = { name, called, summary, typeColumns: columns };
    if (typeColumn === undefined) {
      const none = { ...told, geneNames: [], types: [], unlabelledCount: 0, notices };
      return { input: undefined, store, memory: undefined, isRemote, choices, told: none, close };
    }
    if (chosen === undefined && !isUsual) notices.push(guessed(typeColumn));
    const onNotice = (notice: Notice) => void notices.push(notice);
    const cells = await openCells(store, { ...asStore, cellTypeKey: typeColumn, signal, onNotice });
    const { codes, names } = cells.cellTypes;
    const cellCounts = new Array<number>(names.length).fill(0);
    for (const code of codes) if (code >= 0) cellCounts[code]++;
    return {
      input: cells,
      store,
      memory: referenceFacts(cells.matrix, store.heldBytes),
      isRemote,
      choices: { ...choices, typeColumn },
      told: {
        ...told,
        cellCount: cells.cellCount,
        geneNames: cells.geneNames,
        typeColumn,
        types: names.map((type, k) => ({ name: type, cellCount: cellCounts[k] })),
        unlabelledCount: cells.cellCount - cellCounts.reduce((sum, count) => sum + count, 0),
        notices,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function guessed(column: string): Notice {
  const message = `There is no column cell_type: types were read from ${printableName(column)}. Choose another column if these are no cell types.`;
  return { code: "types-guessed", message };
}

function ofTable(
  input: Extract<OpenReference, { readonly typeNames: readonly string[] }>,
  { name, ...rest }: Pick<Reference, "choices" | "isRemote" | "close"> & { readonly name: string },
): Reference {
  const types = input.typeNames.map((type) => ({ name: type }));
  const told = { name, geneNames: input.geneNames, typeColumns: [], types, unlabelledCount: 0, notices: [] };
  return { ...rest, input, store: undefined, memory: undefined, told };
}

async function readText(place: Place, name: string, signal: AbortSignal): Promise<string> {
  if (place.kind === "url") await requireReadable(place.url.trim(), signal);
  const file = await openFile(locationOf(place));
  try {
    const length = await file.getLength();
    if (length <= MOST_TABLE_BYTES) return new TextDecoder().decode(await file.read(0, length, { signal }));
    throw new FormatError({
      path: name,
      found: `a text of ${Math.ceil(length / 2 ** 20)} MiB`,
      expected: `a table of mean counts per type of at most ${MOST_TABLE_BYTES / 2 ** 20} MiB`,
      remedy: "Give cells as AnnData (.h5ad or .zarr.zip).",
    });
  } finally {
    await file.close();
  }
}
