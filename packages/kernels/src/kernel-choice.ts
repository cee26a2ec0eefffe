import { OptionError } from "@flashdeconv/core";

/**
 * Which form of an inner loop to run: the WebAssembly kernel (`"wasm"`), its TypeScript twin (`"typescript"`), or the kernel
 * where the runtime has what it needs (`"auto"`). Both give the same bits.
 */
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

export const KERNEL_CHOICES = ["auto", "wasm", "typescript"] as const;

/**
 * The kernel that `build` makes where it is wanted and the runtime has it; undefined where the twin is to run.
 *
 * @param build throws where WebAssembly, or what it needs of it, is absent
 * @throws OptionError where a kernel was asked for by `"wasm"` and there is none.
 */
export function chooseKernel<K>(choice: KernelChoice, build: () => K | undefined): K | undefined {
  if (!KERNEL_CHOICES.includes(choice)) {
    throw new OptionError({
      option: "kernels",
      value: choice,
      rule: `one of ${KERNEL_CHOICES.map((name) => `"${name}"`).join(", ")}`,
    });
  }
  if (choice === "typescript") return undefined;
  let kernel: K | undefined;
  try {
    kernel = build();
  } catch {
    // No WebAssembly here, none with SIMD, or one that a page's policy forbids.
  }
  if (kernel === undefined && choice === "wasm") {
    throw new OptionError({
      option: "kernels",
      value: choice,
      rule: '"auto" or "typescript" here: this runtime lacks WebAssembly with SIMD',
      remedy: 'Leave the option out. The result is the same to the bit, "wasm" is only faster.',
    });
  }
  return kernel;
}
