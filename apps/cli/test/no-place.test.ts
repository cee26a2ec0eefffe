import { readdir } from "node:fs/promises";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS, commandNamed } from "./commands.js";
import { runCli, temporaryFolder } from "./run-cli.js";

/** Placeholders of values that are no place: names of things, words, numbers. */
const NO_PLACES =
  /<(json\|@file|names?|obs:COLUMN|number\|obs:COLUMN|when|level|column|edge|x,y|count|counts|number|size|seconds|share|spots|distance|duration|kind|json|2\|3|[a-z0-9-]+(\|[a-z0-9-]+)+)>/;
const PLACES = [
  "check --cache",
  "check --endpoint-url",
  "check --labels",
  "check --out",
  "check --spatial",
  "convert --cache",
  "convert --endpoint-url",
  "convert --scratch",
  "demo --dir",
  "evaluate --cache",
  "evaluate --endpoint-url",
  "evaluate --spots-of",
  "evaluate --truth",
  "export --cache",
  "export --endpoint-url",
  "expression --cache",
  "expression --endpoint-url",
  "expression --labels",
  "expression --out",
  "expression --reference",
  "expression --spatial",
  "index --sections",
  "inspect --cache",
  "inspect --endpoint-url",
  "inspect --labels",
  "inspect --reference",
  "report --cache",
  "report --endpoint-url",
  "report --out",
  "report --png",
  "report --svg",
  "run --cache",
  "run --endpoint-url",
  "run --hierarchy",
  "run --labels",
  "run --out",
  "run --out-dir",
  "run --reference",
  "run --run-dir",
  "run --save-stats",
  "run --scratch",
  "run --solver",
  "signature --cache",
  "signature --endpoint-url",
  "signature --labels",
  "signature --out",
  "solve --cache",
  "solve --endpoint-url",
  "solve --hierarchy",
  "solve --out",
  "solve --scratch",
  "solve --solver",
  "stage --cache",
  "stage --endpoint-url",
  "stage --hierarchy",
  "stage --labels",
  "stage --out",
  "stage --reference",
  "stage --run-dir",
  "stage --save-stats",
  "stage --scratch",
  "stage --solver",
  "view --cache",
  "view --endpoint-url",
  "view --vitessce",
];

function valuedOptions(command: Command): string[] {
  return command.options
    .filter(({ flags, long }) => flags.includes("<") && (long === "--solver" || !NO_PLACES.test(flags)))
    .map(({ long }) => `${command.name()} ${long}`);
}

describe("a path that is no name", () => {
  it("can be given to these options, and to all arguments", () => {
    expect(COMMANDS.flatMap(valuedOptions).sort()).toEqual([...PLACES].sort());
  });

  it.each(PLACES)("is refused: %s", async (place) => {
    const [name, flag] = place.split(" ");
    const given = commandNamed(name).registeredArguments.map(() => "/none.zarr");
    for (const value of ["-", "", " "]) {
      const { code, stderr } = await runCli([name, ...(given ?? []), flag, value]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`option ${flag}: found "${value}"`)]);
      expect(stderr).toMatch(
        value === "-" ? /standard output.*\.\/- is a file/ : /an empty text names nothing/,
      );
    }
  });

  it.each(
    COMMANDS.filter((one) => one.registeredArguments.length > 0).map((one) => [one.name(), one] as const),
  )("is refused as an argument of %s", async (name, { registeredArguments }) => {
    const { length } = registeredArguments;
    // One more of what may be several.
    const most = registeredArguments.at(-1)?.variadic ? length + 1 : length;
    for (let at = 0; at < most; at++) {
      for (const value of ["-", "", " "]) {
        const args = Array.from({ length: Math.max(length, at + 1) }, (_, i) =>
          i === at ? value : "/none.zarr",
        );
        const { code, stderr } = await runCli([name, ...args]);
        expect([code, stderr]).toEqual([
          2,
          expect.stringMatching(new RegExp(`option <.*>: found "${value}"`)),
        ]);
      }
    }
  });

  it("is written to where it is one: ./-", async () => {
    const folder = await temporaryFolder();
    const { code } = await runCli(["simulate", `${folder}/-`, "--spots", "60", "--genes", "60", "--quiet"]);
    expect([code, await readdir(folder)]).toEqual([0, ["-"]]);
  });
});
