import type { PackedError } from "@flashdeconv/core/internal";
import type { Requests, RunEvent } from "./protocol.js";

// As `connectRunner` and the run worker tell each other; each question has a number.

export type ToRunWorker =
  | {
      readonly kind: "ask";
      readonly id: number;
      readonly request: keyof Requests;
      readonly input: Parameters<Requests[keyof Requests]>[0];
    }
  | { readonly kind: "abort"; readonly id: number };

export type FromRunWorker =
  | (RunEvent & { readonly id: number })
  | { readonly kind: "done"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: PackedError };
