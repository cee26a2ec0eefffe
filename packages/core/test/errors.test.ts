import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CountError,
  inlineExecutor,
  isFlashdeconvError,
  OptionError,
  StoreError,
  type TaskContext,
} from "../src/index.js";
import { compareCodePoints, packError, unpackError } from "../src/internal.js";

describe("errors", () => {
  it("say what was found, what was expected and what to do", () => {
    const cause = new Error("ENOENT");
    const error = new StoreError({
      path: "a.zarr",
      found: "nothing",
      expected: "a store",
      remedy: "Check the path.",
      cause,
    });
    expect(error.message).toBe("a.zarr: found nothing, expected a store. Check the path.");
    expect(error).toMatchObject({ tag: "StoreError", name: "StoreError", path: "a.zarr", cause });
    expect(new OptionError({ option: "rho", value: "x", rule: "a number" }).message).toContain(
      'option rho: found "x", expected a number.',
    );
  });

  it.each([
    [{ option: "rho", value: 2 }, "Give rho such a value, or leave it out for the default."],
    [{ option: "index", value: 2, isRequired: true }, "Give index such a value."],
    [{ option: "--piece", value: undefined }, "Give --piece such a value."],
    [{ option: "<stage>", value: "x" }, "Give <stage> such a value."],
  ])("of %j advise to leave out what may be left out", (parts, remedy) => {
    expect(new OptionError({ ...parts, rule: "1" }).remedy).toBe(remedy);
  });

  it("are recognised by their brand, others are not", () => {
    const parts = { subject: "spatial data", found: "-1", expected: "counts", remedy: "Use raw counts." };
    expect(isFlashdeconvError(new CountError({ ...parts, spot: "s", gene: "g", value: -1 }))).toBe(true);
    expect(isFlashdeconvError(new Error("other"))).toBe(false);
    expect(isFlashdeconvError({ brand: "flashdeconv" })).toBe(false);
  });
});

describe("packError and unpackError", () => {
  it("carry class, fields and message through structured cloning", () => {
    const error = new StoreError({
      path: "a.zarr",
      found: "x",
      expected: "y",
      remedy: "z",
      status: 404,
      cause: () => 0,
    });
    const back = unpackError(structuredClone(packError(error)));
    expect(back).toBeInstanceOf(StoreError);
    expect(isFlashdeconvError(back)).toBe(true);
    expect(back).toMatchObject({
      tag: "StoreError",
      path: "a.zarr",
      status: 404,
      message: error.message,
      stack: error.stack,
    });
    const option = unpackError(
      structuredClone(packError(new OptionError({ option: "rho", value: "x", rule: "a number" }))),
    );
    expect(option).toMatchObject({
      tag: "OptionError",
      option: "rho",
      rule: "a number",
      name: "OptionError",
    });
  });

  it("keep name and message of other errors, and take what is not an error", () => {
    const back = unpackError(structuredClone(packError(new TypeError("not a function"))));
    expect([back.name, back.message, isFlashdeconvError(back)]).toEqual([
      "TypeError",
      "not a function",
      false,
    ]);
    expect(unpackError(packError("a string")).message).toBe("a string");
  });
});

describe("compareCodePoints", () => {
  it("orders as an array of code points does", () => {
    const text = fc.string({ unit: "binary", maxLength: 6 });
    const byCodePoints = (a: string, b: string) => {
      const [x, y] = [[...a], [...b]];
      for (let i = 0; i < Math.min(x.length, y.length); i++) {
        const difference = (x[i].codePointAt(0) as number) - (y[i].codePointAt(0) as number);
        if (difference !== 0) return difference;
      }
      return x.length - y.length;
    };
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(byCodePoints(a, b)));
      }),
    );
  });
});

describe("inlineExecutor", () => {
  const executor = inlineExecutor({
    double: (input: number) => 2 * input,
    fail: () => Promise.reject(new Error("no")),
  });

  it("runs tasks by name, in order, one failing alone", async () => {
    const results = await Promise.allSettled([
      executor.run("double", 2),
      executor.run("fail", undefined as never),
      executor.run("double", 3),
    ]);
    expect(
      results.map((result) => (result.status === "fulfilled" ? result.value : String(result.reason))),
    ).toEqual([4, "Error: no", 6]);
    await executor.close();
  });

  it("passes on what a task reports", async () => {
    const reports: unknown[] = [];
    const counting = inlineExecutor({
      count: (to: number, { report }: TaskContext) => Array.from({ length: to }, (_, i) => report(i)).length,
    });
    expect(await counting.run("count", 3, { onReport: (data) => reports.push(data) })).toBe(3);
    expect(reports).toEqual([0, 1, 2]);
  });

  it("throws the signal's reason", async () => {
    const reason = new Error("stop");
    await expect(executor.run("double", 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
