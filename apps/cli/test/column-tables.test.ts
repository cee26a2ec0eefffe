import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import type { AnswerTable } from "@flashdeconv/pipeline";
import { tableSink } from "@flashdeconv/results/internal";
import { createFile } from "@flashdeconv/stores/node/internal";
import { describe, expect, it } from "vitest";
import { readColumnTable } from "../src/tables/read-column-table.js";
import { TABLE_KINDS } from "../src/tables/table-formats.js";
import { HOSTILE } from "./hostile-text.js";
import { temporaryFolder } from "./run-cli.js";

const { signal } = new AbortController();
// The readers of both libraries take a byte order mark away, which the files have, and apache-arrow calls a column without a name "null".
const UNREAD = [HOSTILE["half a pair"], HOSTILE["a byte order mark"]];
const NAMES = ["=cmd()", "'+1", "a,b", "ü", ...Object.values(HOSTILE)].filter(
  (name) => !UNREAD.includes(name),
);

function column(name: string, more: Partial<AnswerTable>, values: Float32Array | Float64Array): AnswerTable {
  const width = values.length / NAMES.length;
  const chunk: DenseChunk = { kind: "dense", spotStart: 0, spotCount: NAMES.length, width, values };
  const source = memorySource(chunk, { spotsPerChunk: 4 });
  return { name, dtype: "float32", columns: [name], values: source, ...more };
}

/** A result whose spots and types have such names. */
function tables(values: Float32Array | Float64Array): AnswerTable[] {
  const dtype = values instanceof Float32Array ? "float32" : "float64";
  const codes = Float64Array.from(NAMES, (_, i) => i - 1);
  return [
    column("proportions", { dtype, columns: "types" }, values),
    column("dominant", { dtype: "category", categories: NAMES }, codes),
    column("status", { dtype: "category", categories: ["ok"] }, new Float64Array(NAMES.length)),
    column("counts", { dtype }, values.slice(0, NAMES.length)),
  ];
}

async function write(format: "parquet" | "arrow", values: Float32Array | Float64Array): Promise<string> {
  const path = join(await temporaryFolder(), `a.${format}`);
  const sink = tableSink(await createFile(path), TABLE_KINDS[format], { layout: { key: "mine" } });
  const about = { signature: {}, parameters: { share: Float64Array.of(0.5) }, notices: [] };
  await sink.write(tables(values), { spotCount: NAMES.length, typeNames: NAMES, spotNames: NAMES, ...about });
  return path;
}

describe.each(["parquet", "arrow"] as const)("%s", (format) => {
  it.each(["float32", "float64"])("gives back names and bits: %s", async (dtype) => {
    const numbers = new Float64Array(NAMES.length ** 2).map((_, i) =>
      i % 7 === 3 ? Number.NaN : Math.sin(i) ** 2,
    );
    const values = dtype === "float32" ? Float32Array.from(numbers) : numbers;
    const path = await write(format, values);
    const read = await readColumnTable(path, {}, signal);
    expect(read.spotNames).toEqual(NAMES);
    expect(read.typeNames).toEqual(NAMES);
    expect(read.values).toEqual(Float64Array.from(values));
  });

  it("that is damaged ends in an error that names it", async () => {
    const path = await write(format, new Float32Array(NAMES.length ** 2));
    await writeFile(path, "PAR1 not at all PAR1");
    await expect(readColumnTable(path, {}, signal)).rejects.toMatchObject({ tag: "FormatError" });
    await expect(readColumnTable(path, {}, signal)).rejects.toThrow(format);
  });
});
