import { collect } from "@flashdeconv/core";
import { readObsm, ZARR } from "@flashdeconv/io-zarr";
import { openLocation, registerOpeners, webOpeners } from "@flashdeconv/stores";
import { connectRunner } from "../apps/web/src/run/connect.js";
import type { RunListeners, Runner, RunResult } from "../apps/web/src/run/protocol.js";
import type { ScratchAnswer, ScratchRequest } from "./page-scratch-worker.js";

// In a page. Bundled for pages: nothing of Node.

export type Listeners = RunListeners;

export interface StartedRunner {
  readonly runner: Runner;
  readonly worker: Worker;
}

export function startRunner(): StartedRunner {
  const worker = new Worker("run-worker.js", { type: "module" });
  return { runner: connectRunner(worker), worker };
}

/** Opens what the server has, a section and the cells of its tissue. */
export async function openBoth(runner: Runner, section = "section.zarr"): Promise<void> {
  const base = new URL("/data/", location.href).href;
  await runner.openSection({ kind: "url", url: `${base}${section}` });
  await runner.openReference({ kind: "url", url: `${base}reference.zarr` });
}

/** Of all proportions, as they were saved. */
export async function digestOfResult({ blob, name, key }: RunResult): Promise<string> {
  registerOpeners(webOpeners(ZARR));
  const store = await openLocation({ opener: "blob", blob, name });
  const { values } = await collect((await readObsm(store, key)).values);
  return digestOf(values);
}

/** FNV-1a over the bytes. */
export function digestOf({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

/** A run on scratch in a worker of its own, and what is kept when it is over. */
export async function runOnScratch(request: ScratchRequest): Promise<ScratchAnswer & { left: string[] }> {
  const worker = new Worker("scratch-worker.js", { type: "module" });
  const answer = await new Promise<ScratchAnswer>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
  worker.terminate();
  return { ...answer, left: await keptFiles() };
}

/** Names of what runs have left in the browser's files. */
export async function keptFiles(): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const runs = await root.getDirectoryHandle("flashdeconv-runs", { create: true });
  const names: string[] = [];
  for await (const name of runs.keys()) names.push(name);
  return names;
}
