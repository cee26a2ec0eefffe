import { describe, expect, it } from "vitest";
import { describeDifferences } from "../src/platform/node/run-folder/differences.js";

const X = "X/data of /d/a b.zarr";
const of = (bytes: number, time: string, digest = "0123456789abcdef") =>
  `2 files, ${bytes} bytes, last changed ${time}, ${digest}`;

describe("what two runs differ in", () => {
  it("is told of an input in sizes and times, once for all that it holds", () => {
    const before = {
      [X]: of(10, "T1"),
      "obs/a of /d/a b.zarr": of(3, "T1"),
      "/d/ref.h5ad": "a file, 9 bytes, last changed T1",
    };
    const now = { [X]: of(10, "T2", "fedcba9876543210"), "/d/ref.h5ad": "a file, 8 bytes, last changed T1" };
    expect(describeDifferences(before, now)).toEqual([
      `${X} (and 1 more of it): was last changed T1, is last changed T2`,
      "/d/ref.h5ad: was 9 bytes, is 8 bytes",
    ]);
  });

  it.each([
    [{ [X]: of(1, "T") }, {}, [`${X}: was 2 files, 1 bytes, last changed T, is not there`]],
    [{ [X]: of(1, "T") }, { [X]: of(1, "T", "fedcba9876543210") }, [`${X}: has changed`]],
    [{ [X]: "9 bytes, 0123456789abcdef" }, { [X]: "9 bytes, fedcba9876543210" }, [`${X}: has changed`]],
    // Another section: that its files are others goes without saying.
    [
      { section: "a", [X]: of(1, "T") },
      { section: "b", "X/data of b": of(2, "T") },
      ["section: was a, is b"],
    ],
    [{ "--bin": "20" }, {}, ["--bin: was 20, is left out"]],
    [{ a: "1" }, { a: "1" }, []],
  ])("%j and %j: %j", (before, now, told) => {
    expect(describeDifferences(before, now)).toEqual(told);
  });

  it("is shown where long lists part", () => {
    const list = (last: string) => `${"a,".repeat(300)}${last}`;
    expect(describeDifferences({ "--on": list("b") }, { "--on": list("c,d") })).toEqual([
      `--on: was ...${"a,".repeat(20)}b, is ...${"a,".repeat(20)}c,d`,
    ]);
  });

  it("is cut where it is long", () => {
    const many = (value: string) =>
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`--o${i}`, value]));
    const told = describeDifferences(many("x".repeat(1e5)), many("y".repeat(1e5)));
    expect(told).toHaveLength(5);
    expect(told.at(-1)).toBe("and 5 more");
    expect(told.join().length).toBeLessThan(1200);
  });
});
