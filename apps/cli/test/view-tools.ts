import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type CliRun, runCli, temporaryFolder } from "./run-cli.js";

export interface RunningView {
  /** `http://127.0.0.1:PORT/TOKEN/`. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<CliRun>;
}

/** A page that says which it is. */
export async function writePage(folder: string): Promise<string> {
  const page = join(folder, "page");
  await mkdir(page, { recursive: true });
  await writeFile(join(page, "index.html"), "<!doctype html><title>the page</title>");
  await writeFile(join(page, "view.js"), "export {};");
  await writeFile(join(page, "view.css"), "body {}");
  return page;
}

/** Runs `view`, by default without a browser, until its address is printed. It ends with the test. */
export async function startView(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<RunningView> {
  const pageFolder = await writePage(await temporaryFolder());
  const controller = new AbortController();
  let run = Promise.resolve<CliRun>({ code: 0, stdout: "", stderr: "" });
  const said = new Promise<string>((resolve, reject) => {
    const onStdout = (text: string) => text.includes("http://") && resolve(text);
    run = runCli(["view", ...args], { signal: controller.signal, pageFolder, onStdout, variables });
    run.then(({ stdout, stderr }) => reject(new Error(`it ended: ${stdout}${stderr}`)), reject);
  });
  const stop = () => {
    controller.abort(new Error("interrupted"));
    return run;
  };
  onTestFinished(async () => void (await stop()));
  const [address] = /http:\/\/[^\s"]+/.exec(await said) ?? [""];
  const { host, port, pathname } = new URL(address);
  return { address, host, port: Number(port), token: pathname.split("/")[1], stop };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends a request whose path stays as it is given: no `..` is taken out. */
export function ask(
  { host, port }: Pick<RunningView, "host" | "port">,
  path: string,
  {
    method = "GET",
    headers = {},
  }: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      agent: false,
      headers: { Host: host, ...headers },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    sent.end();
  });
}

/** Sends bytes as they are and gives all that comes back until the server closes. */
export function askRaw({ port }: Pick<RunningView, "port">, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setEncoding("latin1");
    socket.on("data", (part) => {
      answer += part;
    });
    // Closed with what was sent unread: whatever came back counts.
    socket.on("error", (error) => (answer === "" ? reject(error) : resolve(answer)));
    socket.on("close", () => resolve(answer));
  });
}
