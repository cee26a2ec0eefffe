const compiled = {
  shared: new Map<string, WebAssembly.Module>(),
  own: new Map<string, WebAssembly.Module>(),
};

/**
 * Compiles a kernel from its base64 text, once in a thread.
 *
 * @param sharesMemory false for a kernel of shared memory that is to work on memory of its own thread; ours need nothing else
 * changed for it, since they use no atomic operation
 * @throws what WebAssembly.Module throws where the runtime cannot run it.
 */
export function compileKernel(base64: string, sharesMemory = true): WebAssembly.Module {
  const known = compiled[sharesMemory ? "shared" : "own"];
  const module = known.get(base64) ?? new WebAssembly.Module(decode(base64, sharesMemory));
  known.set(base64, module);
  return module;
}

/** How the import of a shared memory with a greatest size is written: its name, "is a memory", and its flags. */
const SHARED_IMPORT = [...new TextEncoder().encode("\u0006memory"), 0x02, 0x03];
const WITH_MAXIMUM = 0x01;

function decode(base64: string, sharesMemory: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (sharesMemory) return bytes;
  const at = bytes.findIndex((_, start) => SHARED_IMPORT.every((byte, i) => bytes[start + i] === byte));
  if (at < 0) throw new TypeError("not a kernel of shared memory");
  bytes[at + SHARED_IMPORT.length - 1] = WITH_MAXIMUM;
  return bytes;
}
