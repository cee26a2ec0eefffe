import { expect, test, vi } from "vitest";
import { onAbort } from "../src/on-abort.js";

test("hundreds wait for one signal without a warning, and each is called once unless it took that back", async () => {
  const warned = vi.fn();
  process.on("warning", warned);
  const controller = new AbortController();
  const calls: number[] = [];
  const releases = Array.from({ length: 300 }, (_, i) => onAbort(controller.signal, () => calls.push(i)));
  for (const release of releases.slice(0, 100)) release();
  await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort();
  process.off("warning", warned);
  expect(calls).toEqual(Array.from({ length: 200 }, (_, i) => i + 100));
  expect(warned).not.toHaveBeenCalled();
});

test("nothing is called without a signal", () => {
  const act = vi.fn();
  onAbort(undefined, act)();
  expect(act).not.toHaveBeenCalled();
});
