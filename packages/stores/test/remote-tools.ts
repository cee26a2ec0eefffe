import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { onTestFinished } from "vitest";
import type { RemoteOptions } from "../src/remote/remote-options.js";
import { type RemoteServer, remoteServer, type ServerOptions } from "./remote-server.js";

/** Waits that suit a test. */
export const QUICK = { firstDelay: 1, maxDelay: 4, stallTimeout: 5000 } satisfies RemoteOptions;

/** The same where servers are made to stall. */
export const QUICK_STALL = { ...QUICK, stallTimeout: 400 } satisfies RemoteOptions;

/** A server that ends with the test. */
export async function testServer(options: ServerOptions): Promise<RemoteServer> {
  const server = await remoteServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Serves objects of a map, which may change meanwhile. */
export function fromMap(files: ReadonlyMap<string, Uint8Array>): ServerOptions["read"] {
  return (key) => files.get(key);
}

/** Serves the files of a folder. */
export function fromFolder(folder: string): ServerOptions["read"] {
  return async (key) => {
    const path = resolve(join(folder, key));
    if (!path.startsWith(resolve(folder) + sep)) return undefined;
    return readFile(path).catch(() => undefined);
  };
}

/** A folder that is gone when the test is. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flashdeconv-remote-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Numbers from 0 to below 1 that are the same in every run (a linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
