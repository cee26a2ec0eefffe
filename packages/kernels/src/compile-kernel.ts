const compiled = new Map<string, WebAssembly.Module>();

/**
 * Compiles a kernel from its base64 text, once in a thread.
 *
 * @throws what WebAssembly.Module throws where the runtime cannot run it.
 */
export function compileKernel(base64: string): WebAssembly.Module {
  const known = compiled.get(base64);
  if (known) return known;
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const module = new WebAssembly.Module(bytes);
  compiled.set(base64, module);
  return module;
}
