import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { ROOT } from "./places.mjs";

const GENES = 25_000;
/** Places across the tissue, a disc that touches all sides of its square. */
const ACROSS = 20_000;
const BATCH = 2 ** 16;

/** A simulated section of Stereo-seq with so many records, gene by gene: the same records in either format. */
export async function makeStereo(format, out, records) {
  if (format === "gem.gz") await makeGem(out, records);
  else await makeGef(out, records);
}

/** Records of each gene: few genes have many. */
function countsOf(records) {
  const weights = Array.from({ length: GENES }, (_, gene) => 1 / (gene + 20));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map((weight) => Math.floor((records * weight) / total));
  counts[0] += records - counts.reduce((sum, count) => sum + count, 0);
  return counts;
}

/** Batches of places of one gene after the other, and how often it was seen there. */
function* batches(records) {
  let state = 1;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const radius = ACROSS / 2;
  for (const [gene, count] of countsOf(records).entries()) {
    for (let left = count; left > 0; left -= BATCH) {
      const places = new Int32Array(3 * Math.min(left, BATCH));
      for (let at = 0; at < places.length; ) {
        const x = random() % ACROSS;
        const y = random() % ACROSS;
        if ((x - radius) ** 2 + (y - radius) ** 2 > radius ** 2) continue;
        places[at++] = x;
        places[at++] = y;
        places[at++] = random() % 16 === 0 ? 2 : 1;
      }
      yield { gene, places };
    }
  }
}

async function makeGem(out, records) {
  const packed = createGzip({ level: 1, chunkSize: 2 ** 18 });
  const file = packed.pipe(createWriteStream(out));
  packed.write("#FileFormat=GEMv0.1\n#BinSize=1\n#OffsetX=0\n#OffsetY=0\ngeneID\tx\ty\tMIDCount\n");
  for (const { gene, places } of batches(records)) {
    const lines = [];
    for (let at = 0; at < places.length; at += 3)
      lines.push(`gene${gene}\t${places[at]}\t${places[at + 1]}\t${places[at + 2]}\n`);
    if (!packed.write(lines.join(""))) await once(packed, "drain");
  }
  packed.end();
  await once(file, "finish");
}

async function makeGef(out, records) {
  const { hdf5Writer, recordType } = await import(join(ROOT, "packages/io-h5/dist/internal.js"));
  const file = await open(out, "w");
  const h5 = hdf5Writer({ writeAt: (offset, bytes) => file.write(bytes, 0, bytes.length, offset) });
  h5.group("", { version: 2n });
  h5.group("geneExp");
  h5.group("geneExp/bin1");
  const type = recordType({ x: "int32", y: "int32", count: "uint8" });
  const array = { type, shape: [records], attributes: { resolution: 500n } };
  const expression = h5.array("geneExp/bin1/expression", array);
  let done = 0;
  for (const { places } of batches(records)) {
    const count = places.length / 3;
    const bytes = new Uint8Array(9 * count);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < count; i++) {
      view.setInt32(9 * i, places[3 * i], true);
      view.setInt32(9 * i + 4, places[3 * i + 1], true);
      bytes[9 * i + 8] = places[3 * i + 2];
    }
    await expression.write(done, bytes);
    done += count;
  }
  const genes = new Uint8Array(72 * GENES);
  const view = new DataView(genes.buffer);
  let start = 0;
  for (const [gene, count] of countsOf(records).entries()) {
    genes.set(new TextEncoder().encode(`gene${gene}`), 72 * gene);
    view.setUint32(72 * gene + 64, start, true);
    view.setUint32(72 * gene + 68, count, true);
    start += count;
  }
  const table = recordType({ gene: 64, offset: "uint32", count: "uint32" });
  await h5.array("geneExp/bin1/gene", { type: table, shape: [GENES] }).write(0, genes);
  await h5.finish();
  await file.close();
}
