import { mkdir, rm } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { at, contentOf, failure, freshPath, SMALL, succeed, useOptionFolder } from "./option-runs.js";
import { SIMULATE_OPTIONS, SOLVE_OPTIONS } from "./option-trials.js";

useOptionFolder();

describe("solve", () => {
  beforeAll(async () => {
    await mkdir(at("stats"));
    for (const method of ["weighted", "flashdeconv"]) {
      const inputs = [
        at("tissue/spatial.zarr"),
        "--reference",
        at("tissue/reference.zarr"),
        "--method",
        method,
      ];
      await succeed(
        "run",
        ...inputs,
        "--out",
        at(`stats/${method}-out`),
        "--save-stats",
        at(`stats/${method}`),
      );
    }
  });

  const solved = async (method: string, ...more: string[]) => {
    const out = freshPath("solved");
    await succeed("solve", at(`stats/${method}`), "--out", out, ...more);
    const content = await contentOf(out);
    await rm(out, { recursive: true });
    return content;
  };

  it.each(Object.entries(SOLVE_OPTIONS))("%s", async (flag, { value, preset, who, beside = [] }) => {
    for (const method of ["weighted", "flashdeconv"] as const) {
      if (who.includes(method)) {
        expect(await solved(method, flag, value, ...beside), method).not.toBe(
          await solved(method, ...beside),
        );
        continue;
      }
      for (const given of [value, ...(preset === undefined ? [] : [preset])]) {
        const { message } = await failure("solve", at(`stats/${method}`), "--out", at("never"), flag, given);
        expect(message).toMatch(new RegExp(`option ${flag}: .*statistics of --method ${method}`));
      }
    }
  });

  it("does not smooth statistics that were kept without neighbours", async () => {
    const inputs = [
      at("tissue/spatial.zarr"),
      "--reference",
      at("tissue/reference.zarr"),
      "--solver",
      "nnls",
    ];
    await succeed("run", ...inputs, "--out", at("stats/nnls-out"), "--save-stats", at("stats/nnls"));
    const { message } = await failure("solve", at("stats/nnls"), "--out", at("never"), "--lambda", "5");
    expect(message).toMatch(/kept without neighbours/);
  });
});

describe("simulate", () => {
  it.each(Object.entries(SIMULATE_OPTIONS))("%s", async (flag, [value, ...beside]) => {
    const contents = [];
    for (const given of [[], value === undefined ? [flag] : [flag, value]]) {
      const out = freshPath("tissue");
      const before = SMALL.includes(flag) ? SMALL.toSpliced(SMALL.indexOf(flag), 2) : SMALL;
      await succeed("simulate", out, ...(given.length > 0 ? before : SMALL), ...beside, ...given);
      contents.push(await contentOf(out));
      await rm(out, { recursive: true });
    }
    expect(contents[0]).not.toBe(contents[1]);
  });
});
