import { OptionError } from "@flashdeconv/core";
import { expect, it } from "vitest";
import { chooseKernel, type KernelChoice } from "../src/index.js";

const absent = () => {
  throw new WebAssembly.CompileError("no SIMD here");
};

it("takes the kernel where there is one, unless the twin is asked for", () => {
  expect(chooseKernel("auto", () => "kernel")).toBe("kernel");
  expect(chooseKernel("wasm", () => "kernel")).toBe("kernel");
  expect(chooseKernel("typescript", () => "kernel")).toBeUndefined();
});

it("falls back to the twin where there is no kernel", () => {
  expect(chooseKernel("auto", absent)).toBeUndefined();
  expect(chooseKernel("auto", () => undefined)).toBeUndefined();
});

it("says so where the kernel was asked for by name", () => {
  for (const build of [absent, () => undefined]) {
    expect(() => chooseKernel("wasm", build)).toThrow(OptionError);
    expect(() => chooseKernel("wasm", build)).toThrow(/WebAssembly with SIMD/);
  }
});

it("knows no other choice", () => {
  expect(() => chooseKernel("fast" as KernelChoice, () => "kernel")).toThrow(/"auto", "wasm", "typescript"/);
});
