import { describe, expect, it } from "vitest";
import { CountError, type FlashdeconvError, FormatError } from "../src/index.js";
import { aboutAll, namingSection } from "../src/internal.js";

const parts = { found: "x", expected: "y", remedy: "Mend it." };
const failing = (store?: string) => async () => {
  const error = new FormatError({ path: "X/data", ...parts });
  if (store !== undefined) {
    error.store = store;
    error.message = `${store}: ${error.message}`;
  }
  throw error;
};
const told = (work: () => Promise<unknown>) =>
  work().then(
    () => "",
    ({ message }: Error) => message,
  );

describe("the section that an error is about", () => {
  const rest = "X/data: found x, expected y. Mend it.";
  it.each([
    ["one name", () => namingSection("a", failing()), `section "a": ${rest}`],
    ["none", () => namingSection(undefined, failing()), rest],
    ["the same twice", () => namingSection("a", () => namingSection("a", failing())), `section "a": ${rest}`],
    [
      "a store and a section of it",
      () => namingSection("a.zarr", () => namingSection('of "b"', failing())),
      `section "a.zarr, of \\"b\\"": ${rest}`,
    ],
    [
      "another section, looked at on behalf of the first",
      () => namingSection("a", () => aboutAll(() => namingSection("b", failing()))),
      `section "b": ${rest}`,
    ],
    ["all sections", () => namingSection("a", () => aboutAll(failing())), rest],
    ["a store that is named already", () => namingSection("a.zarr", failing("a.zarr")), `a.zarr: ${rest}`],
    [
      "a section in such a store",
      () => namingSection("a.zarr", () => namingSection("b", failing("a.zarr"))),
      `section "b": a.zarr: ${rest}`,
    ],
    ["another store", () => namingSection("a.zarr", failing("c.zarr")), `section "a.zarr": c.zarr: ${rest}`],
  ])("%s", async (_, work, message) => {
    expect(await told(work)).toBe(message);
  });

  it("stays with the error; errors of others are let through", async () => {
    const error: FlashdeconvError = new CountError({
      subject: "s",
      ...parts,
      spot: "s",
      gene: "g",
      value: -1,
    });
    await namingSection("a", () => Promise.reject(error)).catch(() => undefined);
    expect([error.section, error.found]).toEqual(["a", "x"]);
    const other = new Error("other");
    await expect(namingSection("a", () => Promise.reject(other))).rejects.toBe(other);
    expect(other.message).toBe("other");
  });
});
