import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { blocksOf, documents } from "./markdown-blocks.js";

// Every `flashdeconv` command of the documents is checked against the help of the built command line: the subcommand
// must exist, and so must each option, also those that running text names.

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = `${root}apps/cli/bin/flashdeconv.js`;
const commands = documents()
  .flatMap(blocksOf)
  .filter((block) => block.language === "sh")
  .flatMap((block) =>
    commandsOf(block.code).map((words) => ({ place: `${block.file}:${block.line}`, words })),
  );

describe("commands in the documents", () => {
  it.each(commands)("$place: $words are known", async ({ words }) => {
    expect(await unknownWords(words)).toEqual([]);
  });

  it.each(documents())("%s names no option that does not exist", async (file) => {
    expect(await unknownOptions(readFileSync(root + file, "utf8"))).toEqual([]);
  });

  it("are in the README the two that do everything in a copy of the repository", () => {
    const readme = readFileSync(`${root}README.md`, "utf8");
    const { packageManager, scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
    for (const name of ["demo", "test"]) {
      expect(readme).toMatch(new RegExp(`^npx -y ${packageManager} ${name} +#`, "m"));
      expect(scripts).toHaveProperty(name);
    }
  });

  it("are looked for in every spelling", () => {
    const text = [
      "flashdeconv inspect a.zarr # look",
      "npx flashdeconv run a \\",
      "  --out b --lambda=5",
      "ls",
    ].join("\n");
    const tail = "npx -y pnpm@12.21.0 flashdeconv demo --spots 10";
    expect(commandsOf(`${text}\n${tail}`)).toEqual([
      ["inspect", "a.zarr"],
      ["run", "a", "--out", "b", "--lambda=5"],
      ["demo", "--spots", "10"],
    ]);
  });

  it("are found wrong when they are", async () => {
    expect(await unknownWords(["run", "a", "--no-such-option", "1", "--out", "b"])).toEqual([
      "--no-such-option",
    ]);
    expect(await unknownWords(["no-such-command"])).toEqual(["no-such-command"]);
    expect(await unknownOptions("`--out` or `--no-such-option 1`, not --this")).toEqual(["--no-such-option"]);
  });
});

/** The words after `flashdeconv` of each command line in a shell block. */
function commandsOf(code: string): string[][] {
  return code
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .flatMap((line) => {
      const match = /^(?:\$ )?(?:npx (?:\S+ )*?)?flashdeconv (.+?)(?: #.*)?$/.exec(line.trim());
      return match ? [match[1].trim().split(/\s+/)] : [];
    });
}

async function unknownWords([subcommand, ...words]: readonly string[]): Promise<string[]> {
  const all = await help();
  if (subcommand.startsWith("-")) return optionsIn(all).has(subcommand) ? [] : [subcommand];
  if (!new RegExp(`^ +${subcommand}\\b`, "m").test(all)) return [subcommand];
  const known = optionsIn(await help(subcommand));
  return words.filter((word) => word.startsWith("--") && !known.has(word.split("=")[0]));
}

/** Options in `code` of running text that no command has. */
async function unknownOptions(text: string): Promise<string[]> {
  const helps = [await help()];
  for (const [, name] of helps[0].matchAll(/^ {2}([a-z]+) /gm)) helps.push(await help(name));
  const known = optionsIn(helps.join("\n"));
  const prose = text.replace(/^(`{3,})[\s\S]*?^\1$/gm, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]);
  return [...optionsIn(spans.join("\n"))].filter((option) => !known.has(option));
}

function optionsIn(text: string): Set<string> {
  return new Set(text.match(/--[a-z][a-z0-9-]*/g));
}

const helpTexts = new Map<string, Promise<string>>();

function help(...subcommand: string[]): Promise<string> {
  const key = subcommand.join(" ");
  const text =
    helpTexts.get(key) ??
    promisify(execFile)(process.execPath, [bin, ...subcommand, "--help"]).then((r) => r.stdout);
  helpTexts.set(key, text);
  return text;
}
