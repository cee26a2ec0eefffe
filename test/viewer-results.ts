import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { type AnnDataAdditions, addToAnnData, writeAnnData } from "@flashdeconv/io-zarr";
import { memoryStore } from "@flashdeconv/stores";

/** A name that a page must not take for markup. */
export const HOSTILE = "<img src=x onerror=document.title='hit'>";

export interface Made {
  /** Spots in a row, and rows. */
  readonly size: readonly [width: number, height: number];
  /** x and y of a spot; its column and row by default. */
  readonly placeOf?: (column: number, row: number) => readonly [number, number];
  readonly key?: string;
  readonly types?: readonly string[];
  /** Level of the reference's judgement. */
  readonly level?: "green" | "amber" | "red";
  readonly hasMaps?: boolean;
  readonly hasIntervals?: boolean;
  /** As a result of a later version may be: what it has more, and without what it need not have. */
  readonly isOther?: boolean;
  /** Of the group that holds the result; by default those of a store of its own. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly zarrFormat?: 2 | 3;
}

type Store = ReturnType<typeof memoryStore>;

export const TYPES = ["neuron", HOSTILE, "glia"];

/** The largest type of a spot: the left half's is the first, the right half's the second, of the upper left spot there is no answer. */
export function largestAt([width]: Made["size"], column: number, row: number): number {
  if (column === 0 && row === 0) return -1;
  return column < width / 2 ? 0 : 1;
}

/** A store with a result: its largest type has 0.8, the others share the rest. */
export async function makeResult(made: Made): Promise<Store> {
  const store = memoryStore();
  const { size } = made;
  const spotCount = size[0] * size[1];
  const positions = Float64Array.from({ length: 2 * spotCount }, (_, i) => {
    const spot = Math.floor(i / 2);
    const [column, row] = [spot % size[0], Math.floor(spot / size[0])];
    return (made.placeOf?.(column, row) ?? [column, row])[i % 2];
  });
  const contents = {
    attributes: made.attributes ?? { flashdeconv: "result" },
    spotCount,
    spotNames: Array.from({ length: spotCount }, (_, i) => (i === 1 ? "=1+1" : `spot-${i}`)),
    geneNames: [],
    ...resultOf(made),
    obsm: { spatial: { values: dense(positions, 2) }, ...resultOf(made).obsm },
  };
  await writeAnnData(store, contents, { zarrFormat: made.zarrFormat ?? 2 });
  if (made.hasMaps) await addMaps(store, made);
  return store;
}

/** Adds another result to a store. */
export async function addResult(store: Store, made: Made): Promise<void> {
  const spotCount = made.size[0] * made.size[1];
  const spotNames = Array.from({ length: spotCount }, (_, i) => (i === 1 ? "=1+1" : `spot-${i}`));
  await addToAnnData(store, { ...resultOf(made), spotNames });
}

function dense(values: Float64Array, width: number) {
  const spotCount = values.length / width;
  return memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width, values });
}

function resultOf(made: Made): AnnDataAdditions {
  const { size, key = "flashdeconv", types = TYPES, level = "green", hasIntervals, isOther } = made;
  const spotCount = size[0] * size[1];
  const codes = Int8Array.from({ length: spotCount }, (_, i) =>
    Math.min(types.length - 1, largestAt(size, i % size[0], Math.floor(i / size[0]))),
  );
  const rest = 0.2 / Math.max(1, types.length - 1);
  const table = (change: number) =>
    dense(
      Float64Array.from({ length: spotCount * types.length }, (_, i) => {
        const code = codes[Math.floor(i / types.length)];
        if (code < 0) return Number.NaN;
        return Math.max(0, (i % types.length === code ? 0.8 : rest) + change);
      }),
      types.length,
    );
  const statuses = ["ok", "no counts"];
  return {
    obs: [
      ...(isOther
        ? []
        : [{ kind: "categorical", name: `${key}_dominant`, codes, categories: types } as const]),
      {
        kind: "categorical",
        name: `${key}_status`,
        codes: codes.map((code) => Number(code < 0)),
        categories: statuses,
      },
      {
        kind: "number",
        name: `${key}_counts`,
        values: Float32Array.from({ length: spotCount }, (_, i) => (codes[i] < 0 ? 0 : 100 + (i % 7))),
      },
    ],
    obsm: {
      [key]: { values: table(0), columnNames: types },
      ...(hasIntervals && {
        [`${key}_low`]: { values: table(-0.1), columnNames: types },
        [`${key}_high`]: { values: table(0.1), columnNames: types },
      }),
    },
    uns: {
      [`${key}_params`]: {
        version: isOther ? "9.0.0" : "0.1.0",
        ...(isOther ? { something: { new: "1" } } : { micrometers_per_unit: 8, converged: true }),
        ...(!isOther && { reference_score: { level, text: `It is ${level}.` } }),
      },
      [`${key}_notices`]: { code: ["a"], message: [`A notice of ${HOSTILE}.`] },
      ...(!isOther && { [`${key}_dominant_colors`]: types.map((_, k) => COLORS[k % COLORS.length]) }),
    },
  };
}

/** Colours that maps are to have. */
export const COLORS = ["#0072b2", "#d55e00", "#009e73"];

const ENCODED = { "encoding-type": "array", "encoding-version": "0.2.0" };
const SCALAR = { "encoding-type": "numeric-scalar", "encoding-version": "0.2.0" };

/** The pictures that a run writes with its result, as uncompressed Zarr v2: each level half of the one before. */
async function addMaps(store: Store, { size, key = "flashdeconv", types = TYPES }: Made): Promise<void> {
  const group = `uns/${key}_maps`;
  const documents: Record<string, unknown> = {
    [`${group}/.zgroup`]: { zarr_format: 2 },
    [`${group}/.zattrs`]: { "encoding-type": "dict", "encoding-version": "0.1.0" },
  };
  const put = async (
    name: string,
    array: { shape: number[]; chunks: number[]; dtype: string },
    attributes: object,
  ) => {
    documents[`${group}/${name}/.zarray`] = {
      ...array,
      compressor: null,
      fill_value: 0,
      filters: null,
      order: "C",
      zarr_format: 2,
    };
    documents[`${group}/${name}/.zattrs`] = attributes;
  };
  const set = (name: string, bytes: ArrayBufferView) =>
    store.set(`/${group}/${name}`, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  await put("version", { shape: [], chunks: [], dtype: "<i8" }, SCALAR);
  await set("version/0", BigInt64Array.of(1n));
  await put("matrix", { shape: [6], chunks: [6], dtype: "<f8" }, ENCODED);
  await set("matrix/0", Float64Array.of(1, 0, 0, 0, 1, 0));
  await put("shift", { shape: [], chunks: [], dtype: "<f8" }, SCALAR);
  await set("shift/0", Float64Array.of(0));
  await put("is_lattice", { shape: [], chunks: [], dtype: "|b1" }, SCALAR);
  await set("is_lattice/0", Uint8Array.of(1));
  let [width, height] = size;
  for (let level = 0; ; level++) {
    const chunks = [1, Math.min(512, height), Math.min(512, width)];
    await put(`level_${level}`, { shape: [types.length + 1, height, width], chunks, dtype: "|u1" }, ENCODED);
    const [rows, columns] = [Math.ceil(height / chunks[1]), Math.ceil(width / chunks[2])];
    for (let plane = 0; plane <= types.length; plane++) {
      for (let at = 0; at < rows * columns; at++) {
        const [y, x] = [Math.floor(at / columns), at % columns];
        const bytes = new Uint8Array(chunks[1] * chunks[2]).map((_, i) => {
          const [row, column] = [y * chunks[1] + Math.floor(i / chunks[2]), x * chunks[2] + (i % chunks[2])];
          if (row >= height || column >= width) return 0;
          const code =
            level === 0 ? largestAt(size, column, row) : largestAt([width, height], column, row + 1);
          if (code < 0) return 255;
          if (plane === types.length) return code + 1;
          return 1 + Math.round(253 * Math.sqrt(plane === code ? 0.8 : 0.1));
        });
        await set(`level_${level}/${plane}.${y}.${x}`, bytes);
      }
    }
    if (Math.max(width, height) <= 256) break;
    [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  }
  for (const [path, document] of Object.entries(documents)) await setJson(store, `/${path}`, document);
  const copy = JSON.parse(new TextDecoder().decode(await store.get("/.zmetadata")));
  await setJson(store, "/.zmetadata", { ...copy, metadata: { ...copy.metadata, ...documents } });
  await store.commit();
}

function setJson(store: Store, key: `/${string}`, value: unknown): Promise<void> {
  return store.set(key, new TextEncoder().encode(JSON.stringify(value)));
}
