import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.js";
import { ISOLATION } from "./chromium.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const here = (name: string) => JSON.stringify(join(root, name));

/** What workers of pages below these paths have lived through before they begin: another browser, or the end of one. */
const BEFORE: Readonly<Record<string, string>> = {
  // As browsers are that know no modes: whatever is asked for, nobody else may have the file.
  turns: `{
    const { prototype } = FileSystemFileHandle;
    const open = prototype.createSyncAccessHandle;
    prototype.createSyncAccessHandle = function () { return open.call(this); };
    delete FileSystemSyncAccessHandle.prototype.mode;
  }`,
  // The first worker for passes that fetches counts ends over it, without a word.
  mortal: `if (!location.pathname.endsWith("run-worker.js")) {
    const get = fetch;
    globalThis.fetch = async (url, options) => {
      if (!String(url?.url ?? url).includes("/X/data/")) return get(url, options);
      const isLast = (await (await get("/data/is-last")).text()) === "yes";
      if (!isLast) return get(url, options);
      close();
      return new Promise(() => {});
    };
  }`,
};

/** Serves a page with the run worker, as a bundler would put it, and the files of a folder below /data/. */
export interface RunServer {
  readonly address: string;
  /** Bodies of chunks of counts and their indices that were sent, in bytes, and requests for each path. */
  readonly sent: Map<string, { bytes: number; requests: number }>;
  /** What answers requests below /data/ before the folder does; true where it did. */
  intercept?: (url: string, response: import("node:http").ServerResponse) => boolean;
  close(): void;
}

export async function serveRuns(folder: string): Promise<RunServer> {
  const { code: page } = await bundle(`export * from ${here("test/page-runs.ts")};`);
  const { code: run } = await bundle(`import ${here("apps/web/src/run/run-worker.ts")};`, "esm");
  const { code: pass } = await bundle(`import ${here("apps/web/src/run/pass-worker.ts")};`, "esm");
  const { code: scratch } = await bundle(`import ${here("test/page-scratch-worker.ts")};`, "esm");
  const scripts: Record<string, string> = {
    "run.js": page,
    "run-worker.js": run,
    "pass-worker.ts": pass,
    "scratch-worker.js": scratch,
  };
  const sent = new Map<string, { bytes: number; requests: number }>();
  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://here").pathname;
    const name = url.split("/").at(-1) ?? "";
    if (url.startsWith("/data/")) {
      if (served.intercept?.(url, response)) return;
      const bytes = await readFile(join(folder, decodeURIComponent(url.slice(6)))).catch(() => undefined);
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      const part = bytes && from !== undefined ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
      const count = sent.get(url) ?? { bytes: 0, requests: 0 };
      sent.set(url, { bytes: count.bytes + (part?.length ?? 0), requests: count.requests + 1 });
      response.writeHead(bytes ? (from === undefined ? 200 : 206) : 404, {
        ...ISOLATION,
        "accept-ranges": "bytes",
        ...(bytes &&
          from !== undefined && {
            "content-range": `bytes ${from}-${Number(from) + (part?.length ?? 0) - 1}/${bytes.length}`,
          }),
        ...(bytes && { etag: `"${bytes.length}"` }),
      });
      response.end(part);
      return;
    }
    const isScript = name in scripts;
    const isolation = url.startsWith("/plain") ? {} : ISOLATION;
    response.writeHead(200, { ...isolation, "content-type": isScript ? "text/javascript" : "text/html" });
    const [, kind] = url.split("/");
    response.end(
      isScript
        ? `${name === "run.js" ? "" : (BEFORE[kind] ?? "")}${scripts[name]}`
        : "<!doctype html><title>run</title><script src='run.js'></script>",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const served: RunServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return served;
}
