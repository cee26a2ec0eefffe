import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { bundle } from "./bundle.js";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("bundled for a browser", () => {
  it.each(readdirSync(`${root}packages`))("%s needs no Node module", async (name) => {
    const { code, imports } = await bundle(`export * from "@flashdeconv/${name}";`);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/["']node:/);
    expect(Object.keys(evaluate(code)).length).toBeGreaterThan(0);
  });

  it("a Node module does not go unnoticed", async () => {
    const prefixed = await bundle('import { readFileSync } from "node:fs"; export const a = readFileSync;');
    expect(prefixed.imports).toEqual(["node:fs"]);
    const bare = await bundle('export const a = () => import("fs/promises");');
    expect(bare.imports).toEqual(["fs/promises"]);
    const entry = await bundle('export * from "@flashdeconv/io-zarr/node";');
    expect(entry.imports).toContain("node:fs/promises");
    const global = await bundle("export const a = process.platform;");
    expect(() => evaluate(global.code)).toThrow("process is not defined");
  });
});

/** Runs a bundle where there is nothing but the language and what browsers add to it. */
function evaluate(code: string): Record<string, unknown> {
  const web = {
    AbortController,
    AbortSignal,
    Blob,
    CompressionStream,
    DecompressionStream,
    fetch,
    Headers,
    performance,
    ReadableStream,
    Request,
    Response,
    setTimeout,
    structuredClone,
    TextDecoder,
    TextEncoder,
    TransformStream,
    URL,
    WebAssembly,
    WritableStream,
    atob,
    btoa,
    console,
    crypto,
    queueMicrotask,
    clearTimeout,
    DOMException,
  };
  // A page has the name SharedArrayBuffer only where it is cross-origin isolated.
  return runInNewContext(`delete globalThis.SharedArrayBuffer;${code};bundled`, { ...web });
}
