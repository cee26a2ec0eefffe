import { expect, it } from "vitest";
import { numbered, optionName, shortList } from "../src/internal.js";

it("a count agrees with its word", () => {
  expect([0, 1, 2].map((count) => numbered(count, "spot"))).toEqual(["0 spots", "1 spot", "2 spots"]);
  expect([numbered(3n, "entry"), numbered(1, "key"), numbered(2, "key")]).toEqual([
    "3 entries",
    "1 key",
    "2 keys",
  ]);
  expect(numbered(1200, "index", "1,200")).toBe("1,200 indices");
});

it("a list of names is cut", () => {
  expect(shortList(["a", "b"])).toBe('"a", "b"');
  expect(shortList([..."abcdefg"])).toBe('"a", "b", "c", "d", "e" and 2 more');
  expect(shortList([..."abcdef"], (name) => name)).toBe("a, b, c, d, e and 1 more");
});

it("an option is named by its id, with its value where there is one", () => {
  expect(optionName("maxSweeps")).toBe("`maxSweeps`");
  expect(optionName("layer", 'a "b"')).toBe('{ layer: "a \\"b\\"" }');
});
