import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// What the workflow knows by itself, without a scheduler. On Slurm it is run by benchmarks/cluster.mjs.

const workflow = fileURLToPath(new URL("../workflow", import.meta.url));
const has = (...command: string[]) => spawnSync(command[0], command.slice(1)).status === 0;
const hasPython = has("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 9))");
const hasSnakemake = has("snakemake", "--version");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-workflow-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs Python beside the modules of the workflow, with `settings` and `sections` of a table; gives what it prints as JSON. */
function python(table: string, config: Record<string, unknown>, code: string): unknown {
  const script = `
import json, sys
sys.path.insert(0, ${JSON.stringify(workflow)})
from sections import *
from plans import *
open("sections.tsv", "w", encoding="utf-8").write(json.loads(sys.argv[1]))
try:
    settings = Settings({"sections": "sections.tsv", "reference": "cells.zarr", **json.loads(sys.argv[2])})
    sections = read_sections(settings)
    print(json.dumps(eval(sys.argv[3])))
except ConfigError as error:
    print(json.dumps({"error": str(error)}))
`;
  const args = ["-B", "-c", script, JSON.stringify(table), JSON.stringify(config), code];
  return JSON.parse(execFileSync("python3", args, { cwd: folder, encoding: "utf8" }));
}

const TABLE =
  "name\tsection\treference\toptions\nA1\t/data/A 1/outs\t\t\nB1\tb.zarr\town.csv\t--bin 8 --layer 'raw counts'\n";

describe.skipIf(!hasPython)("the table of sections", () => {
  it("gives each section a command, with its own reference and options after those of all", () => {
    const config = { options: "--cell-type-key 'cell type'", threads: 3, memory_mb: 900, out: "o/" };
    const told = python(TABLE, config, "[settings.run(section) for section in sections]") as string[][];
    const common = (name: string) => [
      ...["--out", `o/results/${name}.zarr`, "--run-dir", `o/work/runs/${name}`],
      ...["--workers", "3", "--max-memory", "900MiB", "--cell-type-key", "cell type"],
    ];
    expect(told).toEqual([
      [
        "flashdeconv",
        "run",
        "/data/A 1/outs",
        "--reference",
        "cells.zarr",
        ...common("A1"),
        "--resume",
        "--quiet",
      ],
      [
        ...["flashdeconv", "run", "b.zarr", "--reference", "own.csv", ...common("B1")],
        ...["--bin", "8", "--layer", "raw counts", "--resume", "--quiet"],
      ],
    ]);
  });

  it.each([
    ["name\tplace\n", {}, "it is to name the columns name, section"],
    ["name\tsection\n", {}, "no sections"],
    ["name\tsection\n\na b\tx\n", {}, "line 3: the name 'a b'"],
    ["name\tsection\n../a\tx\n", {}, "the name '../a'"],
    ["name\tsection\na\tx\nA\ty\n", {}, "two sections are called A"],
    ["name\tsection\na\n", {}, "line 2: 1 cells"],
    ["name\tsection\na\tx\ty\n", {}, "line 2: 3 cells"],
    ["name\tsection\na\t \n", {}, "a has no section"],
    ["name\tsection\na\tx\n", { reference: "" }, "a has no reference, nor has the config"],
    ["name\tsection\na\tx\n", { options: "--out=here" }, "gives --out itself"],
    ["name\tsection\na\tx\n", { options: "--layer 'a" }, "cannot be read as words"],
    ["name\tsection\na\tx\n", { piece: 3 }, "the config has piece; known are"],
    ["name\tsection\na\tx\n", { threads: "two" }, "threads is 'two' in the config"],
    ["name\tsection\na\tx\n", { pieces: 0 }, "pieces is 0 in the config"],
    [
      "name\tsection\na\tx\n",
      { flashdeconv: "run 'it" },
      'flashdeconv of the config: "run \'it" cannot be read',
    ],
  ])("%j with %j is refused", (table, config, said) => {
    expect(python(table, config, "len(sections)")).toMatchObject({ error: expect.stringContaining(said) });
  });

  it("saved as text of another kind is refused", async () => {
    await writeFile(join(folder, "unicode.txt"), Buffer.from("\ufeffname\tsection\na\tx\n", "utf16le"));
    expect(python("", { sections: "unicode.txt" }, "0")).toMatchObject({
      error: expect.stringContaining("unicode.txt cannot be read as a table: 'utf-8' codec"),
    });
  });
});

describe.skipIf(!hasPython)("jobs of small sections", () => {
  const many = (count: number) =>
    `name\tsection\n${Array.from({ length: count }, (_, i) => `s${i}\tx${i}\n`).join("")}`;
  const plans = (rest: string) =>
    `{s.name: {"spots": 1, "is_large": False, "stages": {}, "whole": {"memory_mb": 300 + i, "seconds": 20}} for i, s in enumerate(sections)} | ${rest}`;
  const names = `{name: [s.name for s in batch] for name, batch in batches(settings, sections, {plans}).items()}`;
  const batchesOf = (count: number, rest = "{}") =>
    python(many(count), { job_minutes: 1 }, names.replace("{plans}", plans(rest))) as Record<
      string,
      string[]
    >;

  it("last so many minutes, and stay as they are where rows are added below", () => {
    const before = batchesOf(6);
    expect(Object.values(before)).toEqual([
      ["s0", "s1", "s2"],
      ["s3", "s4", "s5"],
    ]);
    expect(Object.keys(before)[0]).toMatch(/^s0-and-2-more\.[0-9a-f]{10}$/);
    const after = batchesOf(8);
    expect(Object.keys(after).slice(0, 2)).toEqual(Object.keys(before));
    expect(Object.values(after)[2]).toEqual(["s6", "s7"]);
  });

  it("hold no large section, and one that cannot be planned by itself", () => {
    const rest = `{"s1": {"error": "no such file"}, "s3": {"spots": 9, "is_large": True, "stages": {}}}`;
    expect(Object.values(batchesOf(5, rest))).toEqual([["s0"], ["s1"], ["s2", "s4"]]);
  });

  it("need the memory of the greatest and the time of all", () => {
    const code = `need_of(settings, sections, ${plans("{}")})`;
    expect(python(many(4), {}, code)).toEqual({ memory_mb: 303, seconds: 80 });
  });
});

/** Puts programs that print what is wanted into a folder, for PATH. */
async function programs(name: string, bodies: Readonly<Record<string, string>>): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  for (const [program, body] of Object.entries(bodies)) {
    await writeFile(join(place, program), `#!/bin/sh\n${body}\n`);
    await chmod(join(place, program), 0o755);
  }
  return `${place}:${process.env.PATH}`;
}

describe("what Slurm says of a job", () => {
  const status = join(workflow, "profiles/slurm/slurm-status");
  it.each([
    ["echo 'JobId=7 JobState=RUNNING Reason=None'", "running"],
    ["echo 'JobId=7 JobState=PENDING Reason=BeginTime'", "running"],
    ["echo 'JobId=7 JobState=COMPLETED Reason=None'", "success"],
    ["echo 'JobId=7 JobState=OUT_OF_MEMORY Reason=None'", "failed"],
    ["echo 'JobId=7 JobState=NODE_FAIL Reason=None'", "failed"],
    ["echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1", "running"],
    ["echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1", "failed"],
  ])("%s is %s to Snakemake", async (scontrol, wanted) => {
    const PATH = await programs("status", { scontrol, sacct: "exit 1" });
    expect(execFileSync(status, ["7"], { env: { PATH }, encoding: "utf8" }).trim()).toBe(wanted);
  });

  it("of one that its controller has forgotten is looked up in accounting", async () => {
    const scontrol = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1";
    const PATH = await programs("accounting", { scontrol, sacct: "echo COMPLETED" });
    expect(execFileSync(status, ["7"], { env: { PATH }, encoding: "utf8" }).trim()).toBe("success");
  });
});

describe.skipIf(!hasPython)("a job for Slurm", () => {
  const submit = async (squeue: string) => {
    const properties = {
      rule: "stage",
      log: ["out/logs/s1.survey-2.log"],
      threads: 2,
      resources: { mem_mb: 700, runtime: 12 },
    };
    await writeFile(join(folder, "job.sh"), `#!/bin/sh\n# properties = ${JSON.stringify(properties)}\n`);
    const sbatch = `for word; do echo "$word" >> ${join(folder, "asked")}; done; echo 12`;
    const PATH = await programs("submit", { squeue, sbatch });
    await rm(join(folder, "asked"), { force: true });
    const number = execFileSync(join(workflow, "profiles/slurm/slurm-submit"), ["job.sh"], {
      cwd: folder,
      env: { PATH },
      encoding: "utf8",
    }).trim();
    return { number, asked: await readFile(join(folder, "asked"), "utf8").catch(() => "") };
  };

  it("is submitted with the plan's memory and time", async () => {
    const { number, asked } = await submit("exit 0");
    expect(number).toBe("12");
    expect(asked).toMatch(/^--job-name=s1\.survey-2-[0-9a-f]{12}$/m);
    for (const option of ["--mem=700M", "--time=12", "--cpus-per-task=2"])
      expect(asked).toContain(`${option}\n`);
  });

  it("that a killed Snakemake has left is taken over", async () => {
    expect(await submit("echo 5")).toEqual({ number: "5", asked: "" });
  });
});

/** Answers as flashdeconv does; a result is of one section with its options. Says which sections it was run on. */
const STAND_IN = `import json, os, sys
words = sys.argv[1:]
after = lambda flag: words[words.index(flag) + 1]
if words[:2] == ["stage", "plan"]:
    need = {"memory_bytes": 1, "cpu_seconds": 1}
    pieces = [{"piece": i + 1, "sections": [str(i)], **need} for i in range(3)]
    of_several = {"prepare": [], "section": pieces, "write": []} if words[2] == "several" else {"prepare": []}
    stages = [{"stage": name, "pieces": own, **need} for name, own in of_several.items()]
    spots = 10**9 if words[2] == "several" else 10
    print(json.dumps({"plan": {"spot_count": spots, "piece_count": 1, "stages": stages}}))
elif words[0] == "stage":
    open("stages.txt", "a").write(" ".join(words[1:]) + "\\n")
elif words[0] == "index":
    os.makedirs(words[1], exist_ok=True)
    rows = open(after("--sections")).read().split("\\n")[1:]
    open(f"{words[1]}/index.html", "w").write(" ".join(row.split("\\t")[0] for row in rows))
else:
    place, out = words[1], after("--out")
    open("ran", "a").write(place)
    made_of = f"{place} {after('--smoothing') if '--smoothing' in words else ''}"
    def refuse(text):
        print(f"error: {text}", file=sys.stderr)
        sys.exit(2)
    os.path.exists(place) or refuse(f"{place}: not there")
    os.makedirs(out, exist_ok=True)
    facts = f"{out}/facts"
    os.path.exists(facts) and open(facts).read() != made_of and refuse(f"{out} was made of something else")
    open(facts, "w").write(made_of)
`;

describe.skipIf(!hasPython)("a job of small sections", () => {
  const two = "name\tsection\nA\tthere\nB\tnot there\n";
  const code = `[__import__("run_sections").run_sections(settings, sections, "o/batch.log"), [__import__("endings").is_done(settings, one, {}) for one in sections]]`;
  const doAll = (flashdeconv: string, more = {}) => python(two, { flashdeconv, out: "o", ...more }, code);

  it("is not tried again for a bad section, does the others, and has done nothing that is asked for otherwise", async () => {
    await writeFile(join(folder, "stand_in.py"), STAND_IN);
    await mkdir(join(folder, "o"), { recursive: true });
    await writeFile(join(folder, "there"), "");
    expect(doAll("python3 stand_in.py")).toEqual([0, [true, false]]);
    expect(await readFile(join(folder, "o/batch.log"), "utf8")).toContain(
      "B: failed, with 2\nerror: not there: not there",
    );
    expect(doAll("python3 stand_in.py", { options: "--smoothing 31" })).toEqual([0, [false, false]]);
    expect(await readFile(join(folder, "o/results/A.zarr/facts"), "utf8")).toBe("there ");
  });

  it("is tried again for what another try may do", async () => {
    expect(doAll("python3 -c exit(4)")).toEqual([1, [true, false]]);
    expect(doAll("./no-such-program")).toEqual([1, [true, false]]);
    expect(await readFile(join(folder, "o/batch.log"), "utf8")).toContain("./no-such-program");
    const planned = python(two, { flashdeconv: "./no-such-program" }, "plan(settings, sections[0])");
    expect(planned).toMatchObject({ error: expect.stringContaining("./no-such-program") });
  });
});

describe.skipIf(!hasPython)("the end", () => {
  it("names each section that is not done, what was said last and where", async () => {
    await mkdir(join(folder, "e/logs/sections"), { recursive: true });
    await writeFile(join(folder, "e/logs/sections/B.log"), "note: x\nerror: of B\n");
    await writeFile(join(folder, "e/logs/sections/C.prepare.log"), "");
    await writeFile(join(folder, "e/logs/sections/C.survey-2.log"), "error: of C\n");
    const code = `__import__("endings").missing(settings, sections, {"A": {"error": "of A"}})`;
    expect(python("name\tsection\nA\ta\nB\tb\nC\tc\n", { out: "e" }, code)).toEqual([
      "",
      "0 of 3 sections are done. Run the same command again for the others.",
      "  A: of A",
      "  B (e/logs/sections/B.log): error: of B",
      "  C (e/logs/sections/C.survey-2.log): error: of C",
    ]);
  });
});

// What Snakemake itself has to do with it; how it does jobs in their order is seen on Slurm.
describe.skipIf(!hasSnakemake)("the Snakefile", () => {
  it("ends with a word and no traceback, does again what failed, and makes the page of the table as it is", async () => {
    const at = (name: string) => join(folder, "snake", name);
    await mkdir(at(""), { recursive: true });
    await writeFile(at("stand_in.py"), STAND_IN);
    await writeFile(at("a"), "");
    await writeFile(
      at("config.yaml"),
      "sections: sections.tsv\nreference: r\nflashdeconv: python3 stand_in.py\n",
    );
    const places = ["--snakefile", join(workflow, "Snakefile"), "--configfile", "config.yaml"];
    const profile = ["--profile", join(workflow, "profiles/local"), "--nocolor"];
    const run = async (...rows: string[]) => {
      await writeFile(at("sections.tsv"), `${["name\tsection", ...rows].join("\n")}\n`);
      const told = spawnSync("snakemake", [...places, ...profile], { cwd: at(""), encoding: "utf8" });
      return { code: told.status, text: told.stdout + told.stderr };
    };
    const failed = await run("A\ta", "B\tb");
    expect(failed.code, failed.text).toBe(1);
    expect(failed.text).toContain("1 of 2 sections are done");
    expect(failed.text).toContain("  B (out/logs/sections/B.log): error: b: not there");
    expect(failed.text).not.toMatch(/Traceback|Exception|\.py", line/);
    await writeFile(at("b"), "");
    const mended = await run("A\ta", "B\tb");
    expect(mended.code, mended.text).toBe(0);
    const without = await run("A\ta");
    expect(without.code, without.text).toBe(0);
    expect(await readFile(at("out/results/index.html"), "utf8")).toBe("A ");
    // B was tried once before. A shares its job, and finds that it is done.
    expect(await readFile(at("ran"), "utf8")).toBe("ababa");
    const wrong = await run("A");
    expect(wrong.code).toBe(1);
    expect(wrong.text.trim()).toBe("error: sections.tsv, line 2: 1 cells; the first line names 2 columns");
  });

  it("does stages in their order, of a store of several large sections too, whose pieces have no order", async () => {
    const at = (name: string) => join(folder, "several", name);
    await mkdir(at(""), { recursive: true });
    await writeFile(at("stand_in.py"), STAND_IN);
    await writeFile(at("sections.tsv"), "name\tsection\nTMA\tseveral\n");
    await writeFile(
      at("config.yaml"),
      "sections: sections.tsv\nreference: r\nflashdeconv: python3 stand_in.py\n",
    );
    const places = ["--snakefile", join(workflow, "Snakefile"), "--configfile", "config.yaml"];
    const args = [...places, "--cores", "2", "--nolock"];
    const { status, stdout, stderr } = spawnSync("snakemake", args, { cwd: at(""), encoding: "utf8" });
    expect(status, stdout + stderr).toBe(0);
    const place = "out/work/runs/TMA";
    const [first, ...rest] = (await readFile(at("stages.txt"), "utf8")).trim().split("\n");
    expect(first).toBe(`prepare ${place} --quiet`);
    expect(rest.pop()).toBe(`write ${place} --quiet`);
    expect(rest.sort()).toEqual([1, 2, 3].map((piece) => `section ${place} --piece ${piece} --quiet`));
  });
});
