import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** Debian puts it where not everyone looks. */
const SEARCHED = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** Whether nginx can be started here. */
export const hasNginx = spawnSync("nginx", ["-v"], { env: { ...process.env, PATH: SEARCHED } }).status === 0;

export interface NginxServer {
  readonly url: string;
  /** Each request for anything but the root so far, as nginx has logged them. */
  log(): Promise<readonly NginxRequest[]>;
}

export interface NginxRequest {
  readonly path: string;
  readonly status: number;
  readonly range: string | undefined;
  readonly encoding: string | undefined;
}

/** How often a port is tried that was free a moment ago. */
const MOST_STARTS = 5;

/**
 * A real nginx for a folder, on the loopback, with a configuration of its own that lies with its logs in a folder for temporary
 * files. It ends with the test.
 *
 * @param directives lines of its `server` block
 */
export async function nginxServer(root: string, directives: readonly string[] = []): Promise<NginxServer> {
  const folder = await mkdtemp(join(tmpdir(), "flashdeconv-nginx-"));
  let child: ChildProcess | undefined;
  onTestFinished(async () => {
    await stopped(child);
    await rm(folder, { recursive: true, force: true });
  });
  for (let start = 1; ; start++) {
    const port = await freePort();
    await writeFile(join(folder, "nginx.conf"), configuration(folder, root, port, directives));
    const args = ["-p", folder, "-e", join(folder, "error.log"), "-c", join(folder, "nginx.conf")];
    child = spawn("nginx", args, { stdio: "ignore", env: { ...process.env, PATH: SEARCHED } });
    const url = `http://127.0.0.1:${port}`;
    if (await answers(url, child)) return { url, log: async () => parseLog(join(folder, "access.log")) };
    await stopped(child);
    if (start < MOST_STARTS) continue;
    throw new Error(`nginx does not start: ${await readFile(join(folder, "error.log"), "utf8")}`);
  }
}

function configuration(folder: string, root: string, port: number, directives: readonly string[]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return [
    // Folders of tests may be read by who made them alone, and nginx gives up root's rights unless it is told not to.
    ...(process.getuid?.() === 0 ? ["user root;"] : []),
    "daemon off;",
    "worker_processes 1;",
    `pid ${folder}/nginx.pid;`,
    "events { worker_connections 128; }",
    "http {",
    "  default_type application/octet-stream;",
    "  types { application/json json; application/zip zip; }",
    ...temporary.map((name) => `  ${name}_temp_path ${folder}/${name};`),
    `  log_format plain '$status|$http_range|$sent_http_content_encoding|$uri';`,
    `  access_log ${folder}/access.log plain;`,
    "  server {",
    `    listen 127.0.0.1:${port};`,
    `    root "${root}";`,
    ...directives.map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

async function parseLog(path: string): Promise<NginxRequest[]> {
  // A request is logged after its answer was sent.
  await wait(50);
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  const requests = lines.map((line) => {
    const [status, range, encoding, ...uri] = line.split("|");
    const given = (text: string) => (text === "-" ? undefined : text);
    return { status: Number(status), range: given(range), encoding: given(encoding), path: uri.join("|") };
  });
  return requests.filter((request) => request.path !== "/");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await fetch(url).catch(() => undefined)) return child.exitCode === null;
    await wait(25);
  }
  return false;
}

async function stopped(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}
