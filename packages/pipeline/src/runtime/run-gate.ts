import type { Chunk, ChunkSource } from "@flashdeconv/core";
import type { Gate } from "../contracts/gate.js";
import { untilAborted } from "./until-aborted.js";

export interface RunGate extends Gate {
  shut(): void;
  open(): void;
}

/** A gate that is open at first. Shut, it stops nothing that has begun, and lets nothing begin. */
export function runGate(): RunGate {
  const listeners = new Set<(isShut: boolean) => void>();
  let waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  const tell = () => {
    for (const listen of [...listeners]) listen(waiting !== undefined);
  };
  return {
    get isShut() {
      return waiting !== undefined;
    },
    pass: () => waiting?.promise,
    onChange(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    shut() {
      if (waiting) return;
      let resolve = () => {};
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      waiting = { promise, resolve };
      tell();
    },
    open() {
      const held = waiting;
      if (!held) return;
      waiting = undefined;
      held.resolve();
      tell();
    },
  };
}

/** Waits at a gate, unless the signal is aborted meanwhile: whoever cancels does not wait for somebody to go on. */
export async function passGate(gate: Gate | undefined, signal: AbortSignal | undefined): Promise<void> {
  for (let held = gate?.pass(); held; held = gate?.pass()) await untilAborted(held, signal);
}

/** The same source, of which no chunk is handed out while the gate is shut. */
export function gatedSource<C extends Chunk>(source: ChunkSource<C>, gate: Gate): ChunkSource<C> {
  const { spotCount, width, spotsReadTogether } = source;
  return {
    spotCount,
    width,
    ...(spotsReadTogether !== undefined && { spotsReadTogether }),
    async *chunks(options) {
      for await (const chunk of source.chunks(options)) {
        if (gate.isShut) await passGate(gate, options?.signal);
        yield chunk;
      }
    },
  };
}
