import { DECONVOLVE_DEFAULTS } from "@flashdeconv/pipeline";
import { OPTION_FLAGS } from "@flashdeconv/results/internal";
import { SIMULATION_DEFAULTS } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import packageJson from "../package.json";
import { EXIT_CODES } from "../src/exit-codes.js";
import { COMMAND_NAMES, COMMANDS } from "./commands.js";
import { runCli } from "./run-cli.js";

describe("help and version", () => {
  it("print on standard output and are not errors", async () => {
    expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
    const { code, stdout, stderr } = await runCli(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of COMMAND_NAMES) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    const codes = stdout.slice(stdout.indexOf("Exit codes:"));
    for (const end of Object.values(EXIT_CODES)) expect(codes).toMatch(new RegExp(`[:,\\n] ?${end} [a-z]`));
    expect(await runCli(["help", "run"])).toEqual(await runCli(["run", "--help"]));
  });

  it.each(COMMAND_NAMES)("%s: examples at the end, no default left unsaid as undefined", async (command) => {
    const { code, stdout } = await runCli([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\n  flashdeconv ${command}`));
    expect(stdout).not.toContain("undefined");
  });

  it.each(COMMAND_NAMES)("%s: every option says what it is", async (command) => {
    const { stdout } = await runCli([command, "--help"]);
    const lines = stdout.match(/^ {2}(?:-h, )?--.*$/gm) ?? [];
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatch(/^ {2}(?:-h, )?--[a-z-]+(?: <[^>]+>)? {2,}\S/);
  });

  it.each(COMMANDS.map((command) => [command.name(), command] as const))(
    "%s refuses each option that is given twice, but those that say that they may be",
    async (name, command) => {
      const places = command.registeredArguments.map(() => "/none.zarr");
      for (const { long, flags, description, required } of command.options) {
        if (long === "--help") continue;
        const twice = async (value: string | undefined) => {
          const given = value === undefined ? [long as string] : [long as string, value];
          const { code, stdout, stderr } = await runCli([name, ...places, ...given, ...given]);
          expect(code, `${name} ${given.join(" ")}`).toBe(2);
          return stdout + stderr;
        };
        let told = await twice(required ? sampleOf(flags) : undefined);
        // One of some words, which the error lists.
        const [, word] = /expected one of (?:\\?")?([\w.-]+)/.exec(told) ?? [];
        if (word !== undefined) told = await twice(word);
        const isRefused = told.includes(`option ${long}: `) && told.includes("given more than once");
        expect(isRefused, `${name} ${long}: ${told}`).toBe(
          !description.includes("may be given several times"),
        );
      }
    },
  );

  it("knows a flag for every option of deconvolve and of the simulation", async () => {
    const help = (await runCli(["run", "--help"])).stdout + (await runCli(["simulate", "--help"])).stdout;
    // Chunks of the simulation change no value.
    const { spotsPerChunk: _, ...simulation } = SIMULATION_DEFAULTS;
    for (const option of Object.keys({ ...DECONVOLVE_DEFAULTS, ...simulation })) {
      expect(help, option).toContain(`  ${OPTION_FLAGS[option]} `);
    }
  });
});

describe("usage that cannot be", () => {
  it.each<[string, string[], RegExp]>([
    ["no command", [], /no command was given/],
    ["an unknown command", ["runn"], /unknown command 'runn'.*run/],
    ["an unknown option", ["run", "a", "--referense", "b"], /unknown option '--referense'.*--reference/],
    ["a missing argument", ["inspect"], /missing required argument 'input'/],
    [
      "a missing reference",
      ["run", "a.zarr", "--out", "b.zarr"],
      /option --reference: found nothing, expected/,
    ],
    ["a missing truth", ["evaluate", "a.zarr"], /option --truth: found nothing, expected/],
    ["a missing value", ["run", "a.zarr", "--reference"], /--reference <path>' argument missing/],
    ["an argument too many", ["inspect", "a.zarr", "b.zarr"], /too many arguments/],
  ])("%s ends with 2 and one paragraph", async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n").filter((line) => line.startsWith("error: "))).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("--help");
  });

  it.each<[string, string[], string]>([
    ["usage", ["run", "--json"], "UsageError"],
    [
      "an option",
      ["run", "a", "--reference", "b", "--out", "c", "--json", "--smoothing", "-1"],
      "OptionError",
    ],
    ["a store", ["inspect", "not-there.zarr", "--json"], "StoreError"],
  ])("with --json an error about %s is an object on standard output", async (_, args, tag) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    const { error } = JSON.parse(stdout);
    expect(Object.keys(error)).toEqual(["tag", "message", "found", "expected", "remedy"]);
    expect(error.tag).toBe(tag);
    for (const text of Object.values(error)) expect(text).not.toBe("");
  });
});

/** A value that an option may take, by the placeholder in its help. */
function sampleOf(flags: string): string {
  const placeholder = /<([^>]+)>/.exec(flags)?.[1] ?? "";
  const samples: Readonly<Record<string, string>> = {
    "x,y": "x,y",
    "obs:COLUMN": "obs:x",
    "number|obs:COLUMN": "2",
    json: '{"a": ["b", "c"]}',
    "json|@file": '{"a": ["b", "c"]}',
    size: "1GiB",
    duration: "10m",
    "seconds|never": "never",
    "name|module": "nnls",
  };
  const isNumber = /^(number|count|counts|seconds|share|spots|distance)$/.test(placeholder);
  return (
    samples[placeholder] ?? (isNumber ? "1" : placeholder.includes("|") ? placeholder.split("|")[0] : "x")
  );
}
