import { FormatError } from "@flashdeconv/core";
import { SIDE } from "./bin-map.js";
import { type EntryBatch, EntryBuffer } from "./entries.js";
import type { BinRecords } from "./stereo-bins.js";
import { type Bytes, eachLine, isBlank, nameAt, numberAt, textOf } from "./text-lines.js";

const TAB = 0x09;
const HASH = 0x23;
/** Columns by what the versions of SAW call them. */
const GENE = ["geneid", "genename", "gene"];
const NAME = ["genename"];
const COUNT = ["midcount", "midcounts", "umicount", "umicounts"];

/** Columns of a GEM file, by number. */
interface GemColumns {
  readonly gene: number;
  /** Below 0 where the file has no other names than what `gene` holds. */
  readonly name: number;
  readonly x: number;
  readonly y: number;
  readonly count: number;
}

/** Whether a line is the header of a GEM file. */
export function isGemHeader(line: string): boolean {
  return columnsOf(line) !== undefined;
}

function columnsOf(line: string): GemColumns | undefined {
  const names = line.split("\t").map((name) => name.trim().toLowerCase());
  const find = (wanted: readonly string[]) =>
    wanted.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1;
  const columns = { gene: find(GENE), x: names.indexOf("x"), y: names.indexOf("y"), count: find(COUNT) };
  if (Object.values(columns).some((at) => at < 0)) return undefined;
  const name = find(NAME);
  return { ...columns, name: name === columns.gene ? -1 : name };
}

/**
 * The records of a GEM file, which Stereo-seq's software writes: a gene, a place and how often it was seen there. Rows are bins of `edge` x `edge`
 * places. Batches throw FormatError for another kind of file, and for a line that is not a record.
 */
export function readGem(text: Bytes, path: string, edge: number): Pick<BinRecords, "batches" | "genes"> {
  const found: FoundGenes = { numbers: new Map(), names: [] };
  return {
    batches: recordsOf(text, path, edge, found),
    genes() {
      const ids = [...found.numbers.keys()];
      return found.names.length > 0 ? { names: found.names, ids } : { names: ids };
    },
  };
}

interface FoundGenes {
  /** By identifier, or by name where there are no identifiers. */
  readonly numbers: Map<string, number>;
  readonly names: string[];
}

async function* recordsOf(
  text: Bytes,
  path: string,
  edge: number,
  genes: FoundGenes,
): AsyncIterable<EntryBatch> {
  const buffer = new EntryBuffer();
  const starts = new Int32Array(64);
  let columns: GemColumns | undefined;
  let last: { readonly bytes: Uint8Array; readonly gene: number } = { bytes: new Uint8Array(0), gene: -1 };
  const geneAt = (bytes: Uint8Array, column: number, nameColumn: number): number => {
    const from = starts[column];
    const to = starts[column + 1] - 1;
    // Records of a gene follow each other: it is looked up once.
    if (last.gene >= 0 && isSame(last.bytes, bytes, from, to)) return last.gene;
    const id = nameAt(bytes, from, to);
    const known = genes.numbers.get(id);
    const gene = known ?? genes.numbers.size;
    if (known === undefined) {
      genes.numbers.set(id, gene);
      if (nameColumn >= 0) genes.names.push(nameAt(bytes, starts[nameColumn], starts[nameColumn + 1] - 1));
    }
    last = { bytes: bytes.slice(from, to), gene };
    return gene;
  };
  const onLine = (bytes: Uint8Array, from: number, to: number, number: number): void => {
    if (from === to || bytes[from] === HASH) return;
    if (columns === undefined) {
      columns = columnsOf(nameAt(bytes, from, to));
      if (!columns)
        throw broken(
          path,
          `the first line ${JSON.stringify(textOf(bytes, from, Math.min(to, from + 60)))}`,
          HEADER,
        );
      return;
    }
    const count = splitFields(bytes, from, to, starts);
    const field = (at: number) => (at < count ? numberAt(bytes, starts[at], starts[at + 1] - 1) : Number.NaN);
    const x = field(columns.x);
    const y = field(columns.y);
    const value = field(columns.count);
    const isPlace = Number.isInteger(x) && Number.isInteger(y) && x >= 0 && y >= 0 && x < SIDE && y < SIDE;
    if (!isPlace || !Number.isFinite(value) || Math.max(columns.gene, columns.name) >= count) {
      const found = `${JSON.stringify(textOf(bytes, from, Math.min(to, from + 60)))} in line ${number}`;
      throw broken(path, found, `a gene, a place from 0 to ${SIDE - 1} and a count`);
    }
    if (isBlank(bytes, starts[columns.gene], starts[columns.gene + 1] - 1))
      throw broken(path, `no name of a gene in line ${number}`, "a gene, a place and a count");
    const gene = geneAt(bytes, columns.gene, columns.name);
    buffer.add(Math.floor(y / edge) * SIDE + Math.floor(x / edge), gene, value);
  };
  for await (const _ of eachLine(text, path, onLine)) {
    if (buffer.length > 0) yield buffer;
    buffer.clear();
  }
  if (columns === undefined) throw broken(path, "no line", HEADER);
}

const HEADER = "a header with a gene, x, y and MIDCount";

/** Where the fields of a line begin, and one past its end; returns how many there are. */
function splitFields(bytes: Uint8Array, from: number, to: number, starts: Int32Array): number {
  let count = 0;
  starts[count++] = from;
  for (let at = from; at < to && count < starts.length - 1; at++)
    if (bytes[at] === TAB) starts[count++] = at + 1;
  starts[count] = to + 1;
  return count;
}

function isSame(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({ path, found, expected, remedy: "Give the .gem or .gem.gz file as SAW wrote it." });
}
