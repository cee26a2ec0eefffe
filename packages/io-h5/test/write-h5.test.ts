import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hdf5Writer } from "../src/write/hdf5-writer.js";
import { recordType } from "../src/write/types-out.js";
import { memoryFile } from "./memory-file.js";

const folder = mkdtempSync(join(tmpdir(), "flashdeconv-h5-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = ["β", "", "a b", "'", "日本", "x".repeat(5000), "CD4+ T cell", "\u0001"];
const many = Array.from({ length: 300 }, (_, k) => `column ${(k * 7919) % 300}`);

async function write(): Promise<Uint8Array> {
  const file = memoryFile();
  const h5 = hdf5Writer(file);
  h5.group("", {
    "encoding-type": "anndata",
    count: 3n,
    share: 0.25,
    flag: true,
    order: ["b", "", "a"],
    none: [],
  });
  h5.group("empty");
  h5.group("many", { "column-order": many });
  for (const [k, name] of many.entries())
    await h5.array(`many/${name}`, { type: "int16", shape: [1] }).write(0, Int16Array.of(k));
  const numbers = h5.array("numbers", { type: "float64", shape: [2, 3], attributes: { label: "T/NK" } });
  await numbers.write(3, Float64Array.of(4, 5, Number.NaN));
  await numbers.write(0, Float64Array.of(1, 2, 3));
  const texts = h5.array("texts", { type: "text", shape: [NAMES.length] });
  await texts.writeTexts(3, NAMES.slice(3));
  await texts.writeTexts(0, NAMES.slice(0, 3));
  h5.link("many/linked", "texts");
  await h5.array("word", { type: "text", shape: [] }).writeTexts(0, ["one"]);
  await h5.array("flags", { type: "bool", shape: [3] }).write(0, Uint8Array.of(1, 0, 1));
  await h5.array("whole", { type: "int64", shape: [] }).write(0, BigInt64Array.of(-(2n ** 40n)));
  await h5.array("small", { type: "int8", shape: [2] }).write(0, Int8Array.of(-1, 7));
  await h5.array("codes", { type: "int32", shape: [2] }).write(0, Int32Array.of(-1, 70_000));
  await h5.array("halves", { type: "float32", shape: [2] }).write(0, Float32Array.of(0.5, -2));
  const record = recordType({ name: 4, place: "int32", count: "uint8" });
  const records = Uint8Array.of(97, 98, 0, 0, 255, 255, 255, 255, 7, 99, 0, 0, 0, 2, 1, 0, 0, 9);
  await h5.array("records", { type: record, shape: [2] }).write(0, records);
  h5.group("most");
  for (let k = 0; k < MOST; k++) h5.link(`most/${(k * 7919) % MOST}`, "whole");
  h5.array("nothing", { type: "text", shape: [0] });
  await h5.finish();
  return file.bytes();
}

/** More names than one level of nodes leads to. */
const MOST = 9000;

describe("a new HDF5 file", () => {
  it("is read by h5py as what it was made of", async () => {
    const python = "/usr/bin/python3";
    if (spawnSync(python, ["-c", "import h5py"]).status !== 0) return console.warn("Not tried: no h5py");
    const path = join(folder, "a.h5");
    writeFileSync(path, await write());
    const code = `import h5py, json, sys
f = h5py.File(sys.argv[1], "r")
value = lambda v: v.decode() if isinstance(v, bytes) else v.tolist() if hasattr(v, "tolist") else v
texts = lambda v: [value(x) for x in v]
many = f["many"]
print(json.dumps({
  "attributes": {k: texts(v) if getattr(v, "shape", ()) else value(v) for k, v in f.attrs.items()},
  "most": sorted(int(k) for k in f["most"].keys()) == list(range(9000)), "last": "8999" in f["most"] and "x" not in f["most"], "keys": list(f.keys()), "empty": list(f["empty"].keys()),
  "many": [int(many[n][0]) for n in many.attrs["column-order"]], "manyCount": len(many),
  "label": f["numbers"].attrs["label"], "numbers": [str(x) for x in f["numbers"][...].ravel()],
  "texts": texts(f["texts"][...]), "linked": f["many/linked"] == f["texts"], "word": value(f["word"][()]),
  "flags": [str(f["flags"].dtype), f["flags"][...].tolist()], "whole": int(f["whole"][()]),
  "small": f["small"][...].tolist(), "codes": f["codes"][...].tolist(), "halves": [str(f["halves"].dtype), f["halves"][...].tolist()],
  "records": [str(f["records"].dtype), [[value(x) for x in row] for row in f["records"][...].tolist()]],
  "nothing": f["nothing"].shape}))`;
    const { stdout, stderr } = spawnSync(python, ["-c", code, path], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      attributes: {
        "encoding-type": "anndata",
        count: 3,
        share: 0.25,
        flag: true,
        order: ["b", "", "a"],
        none: [],
      },
      keys: [
        "codes",
        "empty",
        "flags",
        "halves",
        "many",
        "most",
        "nothing",
        "numbers",
        "records",
        "small",
        "texts",
        "whole",
        "word",
      ],
      empty: [],
      most: true,
      last: true,
      many: many.map((_, k) => k),
      manyCount: 301,
      label: "T/NK",
      numbers: ["1.0", "2.0", "3.0", "4.0", "5.0", "nan"],
      texts: NAMES,
      linked: true,
      word: "one",
      flags: ["bool", [true, false, true]],
      whole: -(2 ** 40),
      small: [-1, 7],
      codes: [-1, 70_000],
      halves: ["float32", [0.5, -2]],
      records: [
        "[('name', 'S4'), ('place', '<i4'), ('count', 'u1')]",
        [
          ["ab", -1, 7],
          ["c", 258, 9],
        ],
      ],
      nothing: [0],
    });
  });
});
