/**
 * What the page may do. Scripts and styles are its own files; WebAssembly is for the kernels and codecs. Sections may lie behind any
 * link that a user gives, so that requests to http and https are allowed: the page makes none of its own to another host.
 */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "worker-src 'self'",
  "connect-src 'self' blob: https: http:",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
