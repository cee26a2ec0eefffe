import { formatDuration } from "@flashdeconv/results/internal";
import { describe, expect, it } from "vitest";
import { describeFailure } from "../src/terminal/describe-failure.js";
import { liveLog } from "../src/terminal/live-line.js";
import { progressMeter } from "../src/terminal/progress-meter.js";
import { indent, table, WIDEST_CELL } from "../src/terminal/table.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();

describe("progressMeter", () => {
  const watch = () => {
    const clock = { time: 0 };
    const shown: [string, number | undefined][] = [];
    const lines: string[] = [];
    const line = {
      show: (text: string, share?: number) => void shown.push([text, share]),
      clear: () => undefined,
    };
    const meter = progressMeter(
      line,
      (text) => lines.push(text),
      () => clock.time,
    );
    return { clock, shown, lines, meter };
  };

  it("shows stage, amount, rate and time left, and what each stage took", () => {
    const { clock, shown, lines, meter } = watch();
    meter.update({ stage: "choosing genes", done: 0, total: 10_000, unit: "spots" });
    clock.time = 2000;
    meter.update({ stage: "choosing genes", done: 2500, total: 10_000, unit: "spots" });
    clock.time = 8000;
    meter.update({ stage: "choosing genes", done: 10_000, total: 10_000, unit: "spots" });
    meter.update({
      stage: "solving",
      done: 3,
      total: undefined,
      unit: "sweeps",
      detail: "within about 0.1 of the optimum",
    });
    clock.time = 100_000;
    meter.finish();
    expect(shown.slice(0, 2)).toEqual([
      ["choosing genes: 0 of 10,000 spots", 0],
      ["choosing genes: 2,500 of 10,000 spots, 1,250 spots/s, 6.0 s left", 0.25],
    ]);
    expect(shown.at(-1)).toEqual(["solving: 3 sweeps, within about 0.1 of the optimum", undefined]);
    expect(lines).toEqual(["choosing genes: 10,000 spots in 8.0 s", "solving: 3 sweeps in 1 min 32 s"]);
  });

  it("says nothing of a stage that never came", () => {
    const { lines, meter } = watch();
    meter.finish();
    expect(lines).toEqual([]);
  });
});

it("a log gets a line every few seconds at most", () => {
  const clock = { time: 0 };
  const lines: string[] = [];
  const log = liveLog(
    (line) => lines.push(line),
    () => clock.time,
  );
  for (; clock.time <= 12_000; clock.time += 500) log.show(String(clock.time), undefined);
  expect(lines).toEqual(["5000", "10000"]);
});

it("a terminal gets a bar, which is gone at the end", async () => {
  const out = `${await temporaryFolder()}/out.zarr`;
  const args = ["run", stores.spatial, "--reference", stores.reference, "--out", out];
  const { code, stderr } = await runCli(args, { isTTY: true });
  expect(code).toBe(0);
  expect(stderr).toMatch(/[█░]{20} choosing genes: /);
  const hidden = stderr.split("\u001b[?25l").length;
  expect(hidden).toBeGreaterThan(1);
  expect(stderr.split("\u001b[?25h").length, "the cursor is shown again").toBe(hidden);
});

it("tables put numbers to the right and words to the left", () => {
  expect(
    table(
      ["name", "count", "remark"],
      [
        ["a", "5", ""],
        ["long name", "1,000", "odd"],
      ],
    ),
  ).toEqual(["name       count  remark", "a              5", "long name  1,000  odd"]);
  expect(indent(["a", "", "b"])).toEqual(["  a", "", "  b"]);
});

it("tables cut wide cells, but for the last, so that columns stay in sight", () => {
  const long = "n".repeat(300);
  const lines = table(
    ["name", "count", "remark"],
    [
      [long, "5", "odd ".repeat(60)],
      ["a", "1,000", ""],
    ],
  );
  expect(WIDEST_CELL).toBeLessThan(60);
  expect(lines[1]).toBe(`${"n".repeat(WIDEST_CELL - 1)}…      5  ${"odd ".repeat(60).trimEnd()}`);
  expect(lines[2]).toBe(`a${" ".repeat(WIDEST_CELL - 1)}  1,000`);
});

it.each([
  [40, "0.0 s"],
  [9940, "9.9 s"],
  [9960, "10 s"],
  [59_600, "1 min 0 s"],
  [3_725_000, "1 h 2 min"],
])("%i ms are %s", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

describe("a fault of ours", () => {
  const { signal } = new AbortController();
  const fault = new TypeError("x is not a function");

  it("is called one, with the stack only for who asks", () => {
    const told = describeFailure(fault, { signal, variables: {} } as never);
    expect(told.exitCode).toBe(1);
    expect(told.lines).toHaveLength(1);
    expect(told.lines[0]).toMatch(
      /^error: a fault of flashdeconv itself \(TypeError: x is not a function\)\. Please report/,
    );
    const debug = describeFailure(fault, { signal, variables: { FLASHDECONV_DEBUG: "1" } } as never);
    expect(debug.lines.join("\n")).toContain("terminal.test.ts");
    expect(told.json.tag).toBe("InternalError");
  });
});
