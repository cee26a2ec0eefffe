import { defineConfig, type Plugin } from "vite";
import { makeExample } from "./make-example.mjs";
import { POLICY } from "./policy.mjs";

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

export default defineConfig({
  // Below any path of any server.
  base: "./",
  plugins: [example(), policy()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    // Licences are told in files of their own, and nothing is worth a source map that no reader of a page opens.
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
