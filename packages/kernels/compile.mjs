// Compiles assembly/*.ts to WebAssembly and writes each as base64 into src/generated: bundlers and tests then need no loader.
//   pnpm --filter @flashdeconv/kernels compile
// A test says when the written files are not what the sources compile to.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";

const folder = import.meta.dirname;
const pathOf = (path) => join(folder, "assembly", path);

const SHARED_MEMORY = ["--enable", "threads", "--sharedMemory", "--maximumMemory", "65536"];
/** Options of each kernel beside those of all; `importMemory` because whoever calls it lays its arrays out. */
const KERNELS = {
  "count-scan": ["--enable", "nontrapping-f2i"],
  "gene-moments": ["--enable", "nontrapping-f2i"],
  "row-statistics": [],
  "refine-counts": ["--enable", "bulk-memory"],
  inflate: ["--enable", "bulk-memory"],
  lz4: ["--enable", "bulk-memory"],
  "spot-sweep": SHARED_MEMORY,
  "relative-sweep": SHARED_MEMORY,
};
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--importMemory"];

/** The text of a generated file by its path, one for each kernel. */
export async function compileKernels() {
  const files = {};
  for (const [name, options] of Object.entries(KERNELS)) {
    const source = `${name}.ts`;
    let wasm;
    const { error, stderr } = await asc.main(
      [source, ...OPTIONS, ...options, "--initialMemory", "1", "--outFile", "kernel.wasm"],
      {
        // The compiler also looks for files in places of its own.
        readFile: (path) => (existsSync(pathOf(path)) ? readFileSync(pathOf(path), "utf8") : null),
        writeFile: (_, contents) => {
          wasm = contents;
        },
        listFiles: () => [],
      },
    );
    if (error) throw new Error(`${source}: ${error.message}\n${stderr}`);
    files[join(folder, "src/generated", `${name}-wasm.ts`)] = fileText(name, wasm);
  }
  return files;
}

function fileText(name, wasm) {
  const constant = `${name.replace(/-./g, ([, letter]) => letter.toUpperCase())}Wasm`;
  const base64 = Buffer.from(wasm).toString("base64");
  return `/** assembly/${name}.ts, compiled by compile.mjs. */\nexport const ${constant} =\n  "${base64}";\n`;
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(await compileKernels())) writeFileSync(path, text);
}
