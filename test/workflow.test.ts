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
  ])("%j with %j is refused", (table, config, said) => {
    expect(python(table, config, "len(sections)")).toMatchObject({ error: expect.stringContaining(said) });
  });
});

describe.skipIf(!hasPython)("jobs of small sections", () => {
  const many = (count: number) =>
    `name\tsection\n${Array.from({ length: count }, (_, i) => `s${i}\tx${i}\n`).join("")}`;
  const plans = (rest: string) =>
    `{s.name: {"spots": 1, "pieces": None, "stages": {}, "whole": {"memory_mb": 300 + i, "seconds": 20}} for i, s in enumerate(sections)} | ${rest}`;
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
    const after = batchesOf(8);
    expect(Object.keys(after).slice(0, 2)).toEqual(Object.keys(before));
    expect(Object.values(after)[2]).toEqual(["s6", "s7"]);
  });

  it("hold no large section, and one that cannot be planned by itself", () => {
    const rest = `{"s1": {"error": "no such file"}, "s3": {"spots": 9, "pieces": 4, "stages": {}}}`;
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

describe.skipIf(!hasSnakemake)("the Snakefile", () => {
  const dry = async (config: string) => {
    await writeFile(join(folder, "config.yaml"), config);
    await writeFile(join(folder, "sections.tsv"), TABLE);
    const profile = join(workflow, "profiles/local");
    const args = [
      "-n",
      "--snakefile",
      join(workflow, "Snakefile"),
      "--configfile",
      "config.yaml",
      "--profile",
      profile,
    ];
    const { stdout, stderr, status } = spawnSync("snakemake", args, { cwd: folder, encoding: "utf8" });
    return { status, text: stdout + stderr };
  };

  it("plans sections before all else, and says what is wrong with a config", async () => {
    const { status, text } = await dry("sections: sections.tsv\nreference: cells.zarr\n");
    expect(status, text).toBe(0);
    expect(text).toContain("checkpoint plan:");
    expect(text).toContain("rule index:");
    const wrong = await dry("sections: none.tsv\n");
    expect(wrong.status).not.toBe(0);
    expect(wrong.text).toContain("none.tsv: there is no such table of sections");
    const usual = await readFile(join(workflow, "config.yaml"), "utf8");
    expect((await dry(usual)).status).toBe(0);
  }, 60_000);

  /** Answers as flashdeconv does; a result is of one section with its options. */
  const STAND_IN = `import json, os, sys
words = sys.argv[1:]
after = lambda flag: words[words.index(flag) + 1]
if words[:2] == ["stage", "plan"]:
    stages = [{"stage": "prepare", "pieces": None, "memory_bytes": 1, "cpu_seconds": 1}]
    print(json.dumps({"plan": {"spot_count": 10, "piece_count": 1, "stages": stages}}))
elif words[0] == "index":
    open(f"{words[1]}/index.html", "w").close()
else:
    place, out = words[1], after("--out")
    made_of = f"{place} {after('--smoothing') if '--smoothing' in words else ''}"
    os.path.exists(place) or sys.exit(f"{place}: not there")
    os.makedirs(out, exist_ok=True)
    facts = f"{out}/facts"
    os.path.exists(facts) and open(facts).read() != made_of and sys.exit(f"{out} was made of something else")
    open(facts, "w").write(made_of)
`;

  it("does again what failed or is asked for otherwise, and says done of nothing else", async () => {
    await writeFile(join(folder, "stand_in.py"), STAND_IN);
    await writeFile(join(folder, "a"), "");
    const table = (...rows: string[]) =>
      writeFile(join(folder, "sections.tsv"), `${["name\tsection", ...rows].join("\n")}\n`);
    const run = async (more = "") => {
      const config = `sections: sections.tsv\nreference: r\nflashdeconv: python3 stand_in.py\n${more}`;
      await writeFile(join(folder, "config.yaml"), config);
      const places = ["--snakefile", join(workflow, "Snakefile"), "--configfile", "config.yaml"];
      const args = [...places, "--cores", "1", "--nolock", "--restart-times", "0", "--keep-going"];
      const { status, stdout, stderr } = spawnSync("snakemake", args, { cwd: folder, encoding: "utf8" });
      return { isDone: status === 0, text: stdout + stderr };
    };
    const madeOf = (name: string) => readFile(join(folder, `out/results/${name}.zarr/facts`), "utf8");

    await table("A\ta", "B\tb");
    for (const time of [1, 2]) {
      const { isDone, text } = await run();
      expect(isDone, `${time}: ${text}`).toBe(false);
      expect(text).toContain("1 of 2 sections are done");
      expect(text).toContain("B: b: not there");
    }
    await writeFile(join(folder, "b"), "");
    expect(await run()).toMatchObject({ isDone: true });
    expect(await madeOf("B")).toBe("b ");
    expect((await run()).text).toContain("Nothing to be done");

    const other = await run("options: --smoothing 31\n");
    expect(other.isDone, other.text).toBe(false);
    expect(other.text).toContain("0 of 2 sections are done");
    expect(other.text).toContain("was made of something else");
    expect(await run()).toMatchObject({ isDone: true });

    await table("A\ta", "B\ta");
    const moved = await run();
    expect(moved.isDone, moved.text).toBe(false);
    expect(moved.text).toContain("1 of 2 sections are done");
    expect(await madeOf("B")).toBe("b ");
  });
});
