import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { makeExample } from "./make-example.mjs";
import { POLICY } from "./policy.mjs";

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
const mlMatrix = dirname(createRequire(`${packages}select-genes/package.json`).resolve("ml-matrix"));
const ISOLATION_WORKER = fileURLToPath(new URL("src/isolation/isolation-worker.ts", import.meta.url));
const EXAMPLE = "example/";

/** Puts the example into the build, and serves it while the page is worked on. */
function example(): Plugin {
  return {
    name: "example",
    async generateBundle() {
      for (const [name, source] of Object.entries(await makeExample())) {
        this.emitFile({ type: "asset", fileName: `${EXAMPLE}${name}`, source });
      }
    },
    configureServer({ middlewares }) {
      const files = makeExample();
      middlewares.use(async (request, response, next) => {
        const bytes = (await files)[request.url?.split(EXAMPLE)[1] ?? ""];
        if (bytes) response.end(bytes);
        else next();
      });
    },
  };
}

/** The built page says by itself what it may do; Vite's own server needs more than that. */
function policy(): Plugin {
  return {
    name: "policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}

const WORKER = /(?<=^[^*\n]*)new Worker\(new URL\("(\.[^"]+)", import\.meta\.url\), \{ type: "module" \}\)/gm;

/** Page and workers have most of their code in common, which is loaded once: Vite by itself gives each worker all of it again. */
function sharedWorkers(): Plugin {
  return {
    name: "shared-workers",
    apply: "build",
    enforce: "pre",
    buildStart() {
      // It is in charge of its own folder, and found by its name.
      this.emitFile({ type: "chunk", id: ISOLATION_WORKER, fileName: "isolation-worker.js" });
    },
    transform(code, id) {
      // Packages name those of their built files that act when they are loaded; of their sources it is this one.
      if (id.endsWith("/platform/web/page-worker.ts")) return { code, moduleSideEffects: true };
      if (!code.includes("new Worker(new URL(")) return undefined;
      return code.replace(WORKER, (_, path: string) => {
        const file = this.emitFile({ type: "chunk", id: resolve(dirname(id), path) });
        return `new Worker(import.meta.ROLLUP_FILE_URL_${file}, { type: "module" })`;
      });
    },
  };
}

export default defineConfig({
  // Below any path of any server.
  base: "./",
  plugins: [sharedWorkers(), example(), policy()],
  resolve: {
    // Sources, as built packages each bring the kernels that they use.
    alias: [
      // Its sources, of which a bundler takes what is used; its built file is one piece.
      { find: "ml-matrix", replacement: join(mlMatrix, "src/index.js") },
      { find: /^@flashdeconv\/([^/]+)$/, replacement: `${packages}$1/src/index.ts` },
      {
        find: /^@flashdeconv\/pipeline\/(page-.+)$/,
        replacement: `${packages}pipeline/src/platform/web/$1.ts`,
      },
      { find: /^@flashdeconv\/([^/]+)\/(.+\.css)$/, replacement: `${packages}$1/src/$2` },
      {
        find: /^@flashdeconv\/io-zarr\/arrays\/internal$/,
        replacement: `${packages}io-zarr/src/arrays/internal.ts`,
      },
      { find: /^@flashdeconv\/([^/]+)\/(.+)$/, replacement: `${packages}$1/src/$2.ts` },
    ],
  },
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // Its helper needs a document, which workers have none of.
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
});
