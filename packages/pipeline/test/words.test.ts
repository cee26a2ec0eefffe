import { expect, it } from "vitest";
import { deconvolve } from "../src/index.js";
import { buildNoticeList } from "../src/runtime/notice-list.js";
import { noteOutcome } from "../src/stages/solve/note-outcome.js";
import { smallSection } from "./small-section.js";

it("one of a kind is told as one", () => {
  const notices = buildNoticeList();
  const solution = { converged: false, sweeps: 1, proportionErrorEstimate: 0.01, doubleFrom: undefined };
  noteOutcome({ statuses: Uint8Array.of(0, 1, 2, 3) }, solution, { empty: "nan", maxSweeps: 9 }, notices);
  const text = notices.all.map(({ message }) => message).join(" ");
  expect(text).toMatch(/1 spot, filled .* 1 spot, written as NaN.* 1 spot, .*after 1 sweep:/);
  expect(text).not.toMatch(/1 (spot|sweep)s/);
});

it("of many types of few cells the first are named", async () => {
  const { spatial, reference } = await smallSection({ typeCount: 12, cellsPerType: 3, geneCount: 200 });
  const { notices } = await deconvolve(spatial, reference, { method: "flashdeconv" });
  const few = notices.find(({ code }) => code === "few-cells")?.message ?? "";
  expect(few).toMatch(/"[^"]+" \(3\) and 7 more\.$/);
  expect(few.match(/\(3\)/g)).toHaveLength(5);
});
