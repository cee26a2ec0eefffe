import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import { addToAnnData, writeAnnData } from "../src/index.js";
import { createStore, editStore } from "../src/node.js";

/** A table that gives its first spots, tells so, and then nothing for a minute. */
const stalling: ChunkSource<DenseChunk> = {
  spotCount: 4,
  width: 1,
  async *chunks() {
    yield { kind: "dense", spotStart: 0, spotCount: 2, width: 1, values: Float64Array.of(1, 2) };
    console.log("half");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
};

const [mode, path] = process.argv.slice(2);
const obs = [{ kind: "number" as const, name: "n", values: Float64Array.of(1, 2, 3, 4) }];
const additions = { obs, uns: { run: 2 }, obsm: { table: { values: stalling } } };
if (mode === "again") {
  for (let run = 0; ; run++) {
    const store = await createStore(path, { overwrite: true });
    await writeAnnData(store, {
      spotCount: 1,
      spotNames: ["a"],
      geneNames: [],
      uns: { run: [`${run}`], copy: [`${run}`] },
    });
    if (run === 0) console.log("half");
  }
} else if (mode === "edit") await addToAnnData(await editStore(path), additions, { spotsPerChunk: 1 });
else {
  const store = await createStore(path, { overwrite: mode === "overwrite" });
  const spotNames = ["a", "b", "c", "d"];
  await writeAnnData(store, { spotCount: 4, spotNames, geneNames: [], ...additions }, { spotsPerChunk: 1 });
}
