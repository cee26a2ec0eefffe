import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { readCellCentroids } from "../src/positions/cell-centroids.js";
import { XENIUM } from "../src/positions/positions-csv.js";
import { readPositionsParquet } from "../src/positions/positions-parquet.js";
import { folderOf } from "./tiny-tenx.js";

const BAD = Uint8Array.of(0x61, 0xe9, 0x62);

it.each(["BYTE_ARRAY", "STRING"] as const)(
  "names in Parquet that are not UTF-8 are refused: %s",
  async (type) => {
    const centres = new Float64Array([1, 2]);
    const names = [new TextEncoder().encode("good"), BAD];
    let bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          type === "STRING"
            ? { name: "cell_id", data: ["good", "a@b"], type, encoding: "PLAIN" }
            : { name: "cell_id", data: names, type, encoding: "PLAIN" },
          { name: "x_centroid", data: centres },
          { name: "y_centroid", data: centres },
        ],
        codec: "UNCOMPRESSED",
        statistics: false,
      }),
    );
    // A writer makes only text of text: the byte is put there.
    const at = Buffer.from(bytes).indexOf("a@b");
    if (at >= 0) {
      bytes = bytes.slice();
      bytes.set(BAD, at);
    }
    const files = folderOf({ "cells.parquet": bytes });
    await expect(readPositionsParquet(files, "cells.parquet", XENIUM)).rejects.toMatchObject({
      tag: "FormatError",
      path: "cells.parquet",
      found: expect.stringMatching(/^the byte 0xE9 in (row 2|its columns), which no text in UTF-8 has there/),
    });
  },
);

it("an outline in GeoJSON whose text is not UTF-8 is refused with its number", async () => {
  const square = "[[[0,0],[2,0],[2,2],[0,2],[0,0]]]";
  const feature = (id: string) =>
    `{"type":"Feature","properties":{"cell_id":"${id}"},"geometry":{"type":"Polygon","coordinates":${square}}}`;
  const text = `{"type":"FeatureCollection","features":[${feature("one")},${feature("tw\xe9")}]}`;
  const files = folderOf({ "cells.geojson": Uint8Array.from(Buffer.from(text, "latin1")) });
  await expect(readCellCentroids(files, "cells.geojson")).rejects.toMatchObject({
    tag: "FormatError",
    path: "cells.geojson",
    found: expect.stringMatching(/^the byte 0xE9 in feature 2/),
  });
});
