import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CLI, ROOT } from "./places.mjs";
import { digest } from "./store-digest.mjs";

const WORKFLOW = join(ROOT, "workflow");

/** Runs a program, and gives code or signal, what it printed and how long it took. */
export function runProgram(command, { cwd, env = process.env, onStart = () => {} } = {}) {
  const start = performance.now();
  const child = spawn(command[0], command.slice(1), { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (more) => {
      text += more;
    });
  }
  onStart(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code: code ?? signal, text, seconds: (performance.now() - start) / 1000 }),
    );
  });
}

/** Makes sections in a folder, each with a reference of its own: `{ name, spots, depth, genes, types }`. */
export async function makeSections(folder, sections) {
  for (const [i, { name, spots, genes, types, depth }] of sections.entries()) {
    if (existsSync(join(folder, name, "reference.zarr"))) continue;
    const sizes = { spots, genes, types, depth, seed: i + 1 };
    const options = Object.entries(sizes).flatMap(([option, value]) => [`--${option}`, String(value)]);
    await done([process.execPath, CLI, "simulate", join(folder, name), ...options, "--overwrite", "--quiet"]);
  }
  const rows = sections.map(({ name }) => {
    const at = (file) => join(folder, name, file);
    return [name, at("spatial.zarr"), at("reference.zarr")].join("\t");
  });
  const table = join(folder, "sections.tsv");
  writeFileSync(table, ["name\tsection\treference", ...rows, ""].join("\n"));
  return table;
}

/** What `run` makes of each section: digests by name, and seconds, null where results were there. */
export async function runAlone(folder, sections) {
  const digests = {};
  let seconds = 0;
  let isNew = true;
  for (const { name } of sections) {
    const out = join(folder, "alone", `${name}.zarr`);
    const inputs = [join(folder, name, "spatial.zarr"), "--reference", join(folder, name, "reference.zarr")];
    const run = [process.execPath, CLI, "run", ...inputs, "--out", out, "--no-report", "--quiet"];
    // A result is there as a whole or not at all.
    if (existsSync(out)) isNew = false;
    else seconds += (await done(run)).seconds;
    digests[name] = digest(out);
  }
  return { digests, seconds: isNew ? seconds : null };
}

async function done(command) {
  const ended = await runProgram(command);
  if (ended.code !== 0) throw new Error(`${command.join(" ")} ended with ${ended.code}:\n${ended.text}`);
  return ended;
}

/** The command of a workflow in a folder of its own, with its config. */
export function workflowIn(folder, name, { table, config, profile = "slurm" }) {
  const cwd = join(folder, name);
  mkdirSync(cwd, { recursive: true });
  const all = {
    sections: table,
    out: join(cwd, "out"),
    flashdeconv: `${process.execPath} ${CLI}`,
    ...config,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  writeFileSync(join(cwd, "config.yaml"), `${lines.join("\n")}\n`);
  const snakefile = ["--snakefile", join(WORKFLOW, "Snakefile"), "--configfile", "config.yaml"];
  return {
    cwd,
    out: all.out,
    command: ["snakemake", ...snakefile, "--profile", join(WORKFLOW, "profiles", profile), "--nocolor"],
  };
}

/** Names of the sections whose result has other bits than that of `run`, or is not there. */
export function differing({ out }, digests) {
  return Object.keys(digests).filter((name) => {
    const store = join(out, "results", `${name}.zarr`);
    return !existsSync(store) || digest(store) !== digests[name];
  });
}

/** Whether the page and the table tell of all sections. */
export function isIndexed({ out }, names) {
  const [page, table] = ["index.html", "quality.csv"].map((file) => {
    const path = join(out, "results", file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  });
  return names.every((name) => page.includes(`href="./${name}.report.html"`) && table.includes(`\n${name},`));
}
