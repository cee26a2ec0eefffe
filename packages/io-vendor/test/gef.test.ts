import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { checkSource } from "@flashdeconv/core/testing";
import { hdf5Store } from "@flashdeconv/io-h5";
import { isVendorMatrix, vendorStore } from "@flashdeconv/io-vendor";
import { openSpatial, readColumn } from "@flashdeconv/io-zarr";
import type { OpenFile } from "@flashdeconv/stores";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { edgeOf, findGef, sourceBin } from "../src/formats/gef.js";
import { ingestGef } from "../src/ingest/ingest-gef.js";
import { ingestGem } from "../src/ingest/ingest-gem.js";
import { memorySpool } from "../src/ingest/spool.js";
import { type GefOptions, type GefRecord, gefOfBins, gefOfCells } from "./gef-files.js";
import { namesOf } from "./names-of.js";

const folder = mkdtempSync(join(tmpdir(), "flashdeconv-gef-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(bytes: Uint8Array): OpenFile {
  return {
    name: "s.gef",
    getLength: async () => bytes.length,
    read: async (offset, length) => new Uint8Array(bytes.slice(offset, offset + length)),
    close: async () => undefined,
  };
}

const genes = ["Actb", "Snap25", "Gfap", "none", "β"];

async function plain(contents: Awaited<ReturnType<typeof ingestGef>>) {
  if (!contents.X || !contents.obsm) throw new Error("no counts");
  return {
    names: await namesOf(contents.spotNames),
    genes: contents.geneNames,
    var: contents.var,
    positions: (await collect(contents.obsm.spatial.values)).values,
    counts: await collect(contents.X),
  };
}

const ingest = async (bytes: Uint8Array, edge: number, stored = 1) =>
  plain(await ingestGef(fileOf(bytes), { path: "s.gef", edge, stored }, { spool: memorySpool() }));

/** The same section as GEM. */
async function fromGem(records: readonly GefRecord[], edge: number) {
  const lines = records.map(({ gene, x, y, count }) => `${genes[gene]}\t${x}\t${y}\t${count}\n`);
  async function* text() {
    yield new TextEncoder().encode(`#FileFormat=GEMv0.1\ngeneID\tx\ty\tMIDCount\n${lines.join("")}`);
  }
  return plain(await ingestGem({ path: "s.gem", read: text }, edge, { spool: memorySpool() }));
}

const record = fc.record({
  gene: fc.nat(2),
  x: fc.nat(1500),
  y: fc.nat(1500),
  count: fc.integer({ min: 1, max: 255 }),
});
/** Every gene of the first three, in order: both files then number them alike. */
const section = fc
  .array(record, { maxLength: 60 })
  .map((more) => [...[0, 1, 2].map((gene) => ({ gene, x: 3, y: 4, count: 7 })), ...more])
  .map((records) => records.sort((a, b) => a.gene - b.gene));
const few = (options: Partial<GefOptions> = {}): GefOptions => ({ genes: genes.slice(0, 3), ...options });

describe("a GEF file of bins", () => {
  it("gives what the same section gives as GEM, whatever its types", async () => {
    await fc.assert(
      fc.asyncProperty(
        section,
        fc.constantFrom(1, 7, 50, 600, 9000),
        fc.record({
          nameBytes: fc.constantFrom(32, 64),
          countType: fc.constantFrom("uint8" as const, "uint16" as const, "uint32" as const),
          placeType: fc.constantFrom("int32" as const, "uint32" as const),
        }),
        async (records, edge, types) => {
          const bytes = await gefOfBins({ 1: records }, few(types));
          expect(await ingest(bytes, edge)).toEqual(await fromGem(records, edge));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("gives the same from bins that it stores as from those of one place", async () => {
    await fc.assert(
      fc.asyncProperty(section, async (records) => {
        const sums = new Map<string, GefRecord>();
        for (const { gene, x, y, count } of records) {
          const [left, top] = [50 * Math.floor(x / 50), 50 * Math.floor(y / 50)];
          const key = `${gene} ${left} ${top}`;
          sums.set(key, { gene, x: left, y: top, count: count + (sums.get(key)?.count ?? 0) });
        }
        const bytes = await gefOfBins({ 1: records, 50: [...sums.values()] }, few({ countType: "uint32" }));
        expect(await ingest(bytes, 50, 50)).toEqual(await ingest(bytes, 50, 1));
      }),
      { numRuns: 20 },
    );
  });

  it("of version 4 has names and identifiers; a gene without a name is called by its identifier", async () => {
    const bytes = await gefOfBins(
      { 1: [{ gene: 1, x: 0, y: 0, count: 3 }] },
      { genes: ["Actb", ""], ids: ["E1", "E2"] },
    );
    expect(await ingest(bytes, 50)).toMatchObject({
      genes: ["Actb", "E2"],
      var: [{ name: "gene_ids", values: ["E1", "E2"] }],
      names: ["0_0"],
    });
  });

  it("says which bins it holds, and of which those asked for are made", async () => {
    const bytes = await gefOfBins({ 20: [], 1: [] }, few());
    expect(await findGef(await hdf5Store(fileOf(bytes)))).toEqual({ bins: [1, 20], hasCells: false });
    expect([sourceBin("f", 20, [1, 20]), sourceBin("f", 30, [1, 20])]).toEqual([20, 1]);
    expect(() => sourceBin("f", 30, [20, 50])).toThrow(/20, 50/);
    expect(() => sourceBin("f", 30, [])).toThrow(/no bins/);
    expect(edgeOf(undefined)).toBe(50);
    for (const bin of ["0", "8um", "-3", "10001"])
      expect(() => edgeOf(bin)).toThrow(/whole number of places/);
  });

  it.each([
    ["a place below 0", { x: -1, y: 4 }, 1, /the place -1, 4 in record 0/],
    ["a place too far", { x: 3, y: 2 ** 30 }, 1, /the place 3, 1073741824/],
    ["a corner of a bin that is none", { x: 50, y: 51 }, 50, /the place 50, 51/],
  ])("with %s is refused", async (_, place, stored, found) => {
    const bytes = await gefOfBins({ [stored]: [{ gene: 0, count: 1, ...place }] }, few());
    await expect(ingest(bytes, 50, stored)).rejects.toMatchObject({
      tag: "FormatError",
      path: "s.gef",
      found: expect.stringMatching(found),
    });
  });

  it("without a record, or damaged, is refused by name", async () => {
    const empty = await gefOfBins({ 1: [] }, few());
    await expect(ingest(empty, 50)).rejects.toMatchObject({ tag: "FormatError", found: "no record" });
    const bytes = await gefOfBins({ 1: [{ gene: 0, x: 1, y: 1, count: 1 }] }, few());
    for (let length = 0; length < bytes.length; length += 97) {
      await expect(ingest(bytes.slice(0, length), 50)).rejects.toMatchObject({ tag: "FormatError" });
    }
  });
});

describe("a GEF file of cells", () => {
  const cells = [
    { id: 7, x: 10, y: 20, area: 90, counts: [[0, 3] as const, [2, 500] as const] },
    { id: 9, x: 15, y: 25, area: 80, counts: [] },
    { id: 12, x: 5, y: 40, area: 70, counts: [[1, 1] as const] },
  ];

  it.each([2, 4] as const)("is an AnnData store where it lies, with genes of %d bytes", async (geneBytes) => {
    const file = await hdf5Store(fileOf(await gefOfCells(cells, few(), geneBytes)));
    expect(await isVendorMatrix(file)).toBe(true);
    const store = await vendorStore(file);
    const section = await openSpatial(store);
    expect(section.geneNames).toEqual(genes.slice(0, 3));
    expect(await Promise.all([0, 1, 2].map((cell) => section.readSpotName(cell)))).toEqual(["7", "9", "12"]);
    const { indptr, indices, values } = await collect(section.counts);
    expect([[...indptr], [...indices], [...values]]).toEqual([
      [0, 2, 2, 3],
      [0, 2, 1],
      [3, 500, 1],
    ]);
    await checkSource(section.counts);
    expect([...(await section.readCoordinates()).values]).toEqual([10, 20, 15, 25, 5, 40]);
    expect(await section.micrometersPerUnit()).toBe(0.5);
    expect((await readColumn(store, "obs/area")).kind).toBe("number");
  });

  it("whose counts do not follow each other is refused", async () => {
    const bytes = await gefOfCells(cells, few());
    const view = new DataView(bytes.buffer);
    // The offset of the second cell.
    const at = Array.from({ length: bytes.length - 12 }, (_, i) => i).find(
      (i) => view.getUint32(i, true) === 9 && view.getUint32(i + 4, true) === 15,
    ) as number;
    view.setUint32(at + 12, 1, true);
    const section = openSpatial(await vendorStore(await hdf5Store(fileOf(bytes))));
    await expect(section.then(({ counts }) => collect(counts))).rejects.toMatchObject({
      tag: "FormatError",
      found: "counts of cell 1 from 1 on, not from 2",
    });
  });
});

describe("damaged GEF files", () => {
  const flipped = (bytes: Uint8Array, at: number, by: number) => {
    const damaged = bytes.slice();
    damaged[at % bytes.length] ^= by;
    return damaged;
  };
  const flips = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
  /** The right result for what is there now, or an error that says what is wrong. */
  const isTagged = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (error) {
      expect(error).toMatchObject({ tag: expect.stringMatching(/^(Format|Shape|Store)Error$/) });
    }
  };

  it("of bins and of cells are refused by name, or read as they are", async () => {
    const records = [0, 1, 2, 2].map((gene, i) => ({ gene, x: 30 * i, y: 70 * i, count: i + 1 }));
    const bins = await gefOfBins({ 1: records }, few());
    const cells = await gefOfCells(
      [
        { id: 1, x: 1, y: 2, area: 3, counts: [[0, 3]] },
        { id: 2, x: 4, y: 5, area: 6, counts: [[1, 2] as const, [2, 1] as const] },
      ],
      few(),
    );
    const readCells = async (bytes: Uint8Array) => {
      const file = await hdf5Store(fileOf(bytes));
      if (!(await findGef(file))?.hasCells) return;
      const section = await openSpatial(await vendorStore(file));
      await collect(section.counts);
      await section.readCoordinates();
    };
    await fc.assert(
      fc.asyncProperty(flips, async ({ at, by }) => {
        await isTagged(ingest(flipped(bins, at, by), 50));
        await isTagged(readCells(flipped(cells, at, by)));
      }),
      { numRuns: 600 },
    );
  });
});

describe("GEF files that h5py wrote", () => {
  const python = "/usr/bin/python3";
  const isThere = spawnSync(python, ["-c", "import h5py"]).status === 0;
  it("are read like our own", async () => {
    if (!isThere) return console.warn("Not tried: no h5py");
    const code = `import h5py, numpy as np, sys
for n, kw in enumerate([{}, {"chunks": (7,), "compression": "gzip", "shuffle": True}, {"chunks": (40,), "compression": "lzf"}]):
  for libver in ["earliest", "latest"]:
    with h5py.File(f"{sys.argv[1]}/{n}-{libver}.gef", "w", libver=libver) as f:
      f.attrs["version"] = np.array([3], "u4")
      g = f.create_group("geneExp/bin1")
      e = np.zeros(41, dtype=[("x", "<i4"), ("y", "<i4"), ("count", ["<u1", "<u2", "<u4"][n])])
      e["x"], e["y"], e["count"] = np.arange(41) * 37 % 200, np.arange(41) * 53 % 300, np.arange(41) % 9 + 1
      d = g.create_dataset("expression", data=e, **kw)
      d.attrs["resolution"] = np.array([715], "u4")
      t = np.array([(b"Actb", 0, 20), (b"Snap25", 20, 20), (b"Gfap", 40, 1)], dtype=[("gene", "S64"), ("offset", "<u4"), ("count", "<u4")])
      g.create_dataset("gene", data=t)`;
    expect(spawnSync(python, ["-c", code, folder], { encoding: "utf8" }).stderr).toBe("");
    const records = Array.from({ length: 41 }, (_, i) => ({
      gene: i < 20 ? 0 : i < 40 ? 1 : 2,
      x: (i * 37) % 200,
      y: (i * 53) % 300,
      count: (i % 9) + 1,
    }));
    const expected = await fromGem(records, 50);
    for (const n of [0, 1, 2]) {
      for (const libver of ["earliest", "latest"]) {
        const bytes = new Uint8Array(readFileSync(join(folder, `${n}-${libver}.gef`)));
        expect(await ingest(bytes, 50)).toEqual(expected);
      }
    }
  });
});
