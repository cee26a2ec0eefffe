import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addWkb } from "../src/read/spatialdata/add-geometry.js";
import { CentroidSum } from "../src/read/spatialdata/centroid.js";
import { readTransformations, sharedSystem } from "../src/read/spatialdata/transformation.js";
import { box, type Geometry, wkb } from "./tiny-parquet.js";
import { toGlobal } from "./tiny-spatialdata.js";

describe("centroids", () => {
  const centroid = (geometry: Geometry) => {
    const sum = new CentroidSum();
    sum.reset();
    addWkb(wkb(geometry), sum);
    const out = new Float64Array(2);
    sum.finish(out, 0);
    return [...out];
  };

  it("are those of lines and points where there is no area, and none of nothing", () => {
    const flat: Geometry = {
      kind: "polygon",
      rings: [
        [
          [0, 0],
          [4, 0],
          [0, 0],
        ],
      ],
    };
    expect(centroid(flat)).toEqual([2, 0]);
    const speck: Geometry = {
      kind: "polygon",
      rings: [
        [
          [3, 1],
          [3, 1],
          [3, 1],
        ],
      ],
    };
    expect(centroid(speck)).toEqual([3, 1]);
    expect(centroid({ kind: "polygon", rings: [] })).toEqual([Number.NaN, Number.NaN]);
  });

  it("keep their digits far from the origin", () => {
    const [x, y] = centroid({ kind: "polygon", rings: [box(2 ** 40, -(2 ** 40), 1, 3)] });
    expect([x - 2 ** 40, y + 2 ** 40]).toEqual([0.5, 1.5]);
  });

  it("move with the shape and do not depend on where a ring begins or which way it runs", () => {
    const corner = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(
        corner,
        corner,
        fc.integer({ min: 0, max: 3 }),
        fc.boolean(),
        ([w, h], [dx, dy], turn, back) => {
          const open = box(0, 0, w, h).slice(0, 4);
          const ring = [...open.slice(turn), ...open.slice(0, turn), open[turn]];
          const moved = (back ? ring.reverse() : ring).map(([x, y]) => [x + dx, y + dy] as [number, number]);
          const [x, y] = centroid({ kind: "polygon", rings: [moved] });
          expect(x).toBeCloseTo(dx + w / 2, 12);
          expect(y).toBeCloseTo(dy + h / 2, 12);
        },
      ),
    );
  });

  it("are read with further axes, in either byte order", () => {
    const bytes = new Uint8Array(1 + 4 + 24);
    const view = new DataView(bytes.buffer);
    for (const kind of [1001, 0x80000001]) {
      view.setUint32(1, kind);
      view.setFloat64(5, 4);
      view.setFloat64(13, 5);
      view.setFloat64(21, 6);
      const sum = new CentroidSum();
      sum.reset();
      addWkb(bytes, sum);
      const out = new Float64Array(2);
      sum.finish(out, 0);
      expect([...out]).toEqual([4, 5]);
    }
    view.setUint32(1, 2);
    expect(() => addWkb(bytes, new CentroidSum())).toThrow(/kind 2/);
  });
});

describe("transformations", () => {
  const read = (...items: unknown[]) =>
    readTransformations({ axes: ["x", "y"], coordinateTransformations: items }, "shapes/a");
  const map = (transformation: Record<string, unknown>) => read(toGlobal(transformation)).get("global");

  it.each([
    [{ type: "identity" }, [1, 0, 0, 0, 1, 0]],
    [{ type: "scale", scale: [2, 3] }, [2, 0, 0, 0, 3, 0]],
    [{ type: "translation", translation: [5, 7] }, [1, 0, 5, 0, 1, 7]],
    [{ type: "affine", affine: [[1, 2, 3], [4, 5, 6], [0, 0, 1]] }, [1, 2, 3, 4, 5, 6]], // biome-ignore format: a matrix
    [{ type: "rotation", rotation: [[0, -1], [1, 0]] }, [0, -1, 0, 1, 0, 0]], // biome-ignore format: a matrix
    [{ type: "mapAxis", mapAxis: { x: "y", y: "x" } }, [0, 1, 0, 1, 0, 0]],
  ])("%o", (transformation, expected) => {
    expect(map(transformation)).toEqual(expected);
  });

  it("in sequence are applied one after the other", () => {
    const transformations = [
      { type: "translation", translation: [1, 2] },
      { type: "scale", scale: [10, 100] },
      { type: "mapAxis", mapAxis: { x: "y", y: "x" } },
    ];
    expect(map({ type: "sequence", transformations })).toEqual([0, 100, 200, 10, 0, 10]);
  });

  it("go by the names of axes", () => {
    const axes = (names: string[]) => names.map((name) => ({ name, type: "space" }));
    const item = {
      type: "affine",
      affine: [
        [0, 0, 0, 0],
        [0, 2, 1, 8],
        [0, 4, 3, 9],
      ],
      input: { name: "in", axes: axes(["c", "y", "x"]) },
      output: { name: "global", axes: axes(["c", "y", "x"]) },
    };
    expect(read(item).get("global")).toEqual([3, 4, 9, 1, 2, 8]);
  });

  it("share global where they can, else the first system they share", () => {
    const element = (...names: string[]) =>
      read(...names.map((name) => toGlobal({ type: "identity" }, name)));
    expect(sharedSystem([element("um", "global"), element("global", "um")])).toBe("global");
    expect(sharedSystem([element("a", "um", "px"), element("px", "um")])).toBe("um");
    expect(sharedSystem([element("a"), element("b")])).toBeUndefined();
    expect(sharedSystem([new Map(), element("global")])).toBeUndefined();
  });

  it.each([
    { type: "displacements" },
    { type: "scale", scale: [1] },
    { type: "scale", scale: [1, "2"] },
    { type: "affine", affine: [[1, 0, 0]] },
    { type: "translation" },
    { type: "mapAxis", mapAxis: { x: "q" } },
    { type: "sequence", transformations: [7] },
  ])("are refused where they make no sense: %o", (transformation) => {
    expect(() => map(transformation)).toThrow(/shapes\/a \(coordinateTransformations\): found/);
  });
});
