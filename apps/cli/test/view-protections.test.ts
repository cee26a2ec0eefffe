import { readFile, symlink, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ANSWER_HEADERS } from "../src/view/answer-headers.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { ask, askRaw, type RunningView, startView } from "./view-tools.js";

// Each protection of the server, attacked.

const stores = smallStores();
let result = "";
beforeAll(async () => {
  result = join(stores.folder, "result.zarr");
  const run = await runCli(["run", stores.spatial, "--reference", stores.reference, "--out", result]);
  expect(run.code).toBe(0);
});

const view = () => startView([result, "--no-open"]);
const inStore = ({ token }: RunningView, key: string) => `/${token}/store/${key}`;
const POLICY = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What every answer must say. */
function expectHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): void {
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) expect(headers[name.toLowerCase()]).toBe(value);
  expect(headers["content-security-policy"]).toBe(POLICY);
  expect(headers["access-control-allow-origin"]).toBeUndefined();
}

it("a token of 128 bits that differs each time, without which there is no result", async () => {
  const [one, other] = [await view(), await view()];
  expect(one.token).toMatch(/^[\w-]{22}$/);
  expect(one.token).not.toBe(other.token);
  expect((await ask(one, inStore(one, "obs/.zattrs"))).status).toBe(200);
  const wrong = [other.token, "", one.token.slice(1), `${one.token}x`, one.token.toLowerCase(), "store"];
  for (const token of wrong) {
    for (const rest of ["store/obs/.zattrs", "store.json"]) {
      expect((await ask(one, `/${token}/${rest}`)).status, `${token}/${rest}`).toBe(404);
    }
  }
});

it("listens on the loopback device alone", async () => {
  const { port } = await view();
  const others = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4");
  for (const host of ["::1", ...others.map(({ address }) => address)]) {
    const outcome = await new Promise((resolve) => {
      const socket = connect({ port, host }, () => resolve("connected"));
      socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    expect(outcome, host).not.toBe("connected");
  }
});

it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])("refuses %s", async (method) => {
  const place = await view();
  const { status, headers } = await ask(place, inStore(place, "obs/.zattrs"), { method });
  expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
  expectHeaders(headers);
});

it("answers to its own name alone", async () => {
  const place = await view();
  const { port, host } = place;
  const names = [
    `localhost:${port}`,
    `evil.example:${port}`,
    "127.0.0.1",
    `127.0.0.1:${port + 1}`,
    `${host}.evil.example`,
  ];
  for (const name of names) {
    const { status, headers, body } = await ask(place, inStore(place, "obs/.zattrs"), {
      headers: { Host: name },
    });
    expect(status, name).toBe(421);
    expectHeaders(headers);
    expect(body.toString()).toContain(`http://${host}`);
    expect(body.toString()).not.toContain(place.token);
  }
  const line = `GET ${inStore(place, "obs/.zattrs")} HTTP/1.1`;
  const close = "Connection: close\r\n\r\n";
  expect(await askRaw(place, `${line}\r\n${close}`)).toMatch(/^HTTP\/1.1 421 /);
  expect(await askRaw(place, `${line}\r\nHost: ${host}\r\nHost: evil.example\r\n${close}`)).toMatch(
    /^HTTP\/1.1 4(21|00) /,
  );
  const absolute = `GET http://evil.example/ HTTP/1.1\r\nHost: ${host}\r\n${close}`;
  expect(await askRaw(place, absolute)).toMatch(/^HTTP\/1.1 404 /);
});

it("answers no other page", async () => {
  const place = await view();
  const asked = async (headers: Record<string, string>) =>
    (await ask(place, inStore(place, "obs/.zattrs"), { headers })).status;
  for (const site of ["cross-site", "same-site", "anything"])
    expect(await asked({ "Sec-Fetch-Site": site })).toBe(403);
  for (const site of ["same-origin", "none"]) expect(await asked({ "Sec-Fetch-Site": site })).toBe(200);
  const foreign = ["http://evil.example", "null", `http://localhost:${place.port}`, `https://${place.host}`];
  for (const origin of foreign) expect(await asked({ Origin: origin }), origin).toBe(403);
  expect(await asked({ Origin: `http://${place.host}` })).toBe(200);
});

describe("keys", () => {
  it.each([
    "../.zattrs",
    "obs/../.zattrs",
    "obs/./.zattrs",
    "obs//.zattrs",
    "/obs/.zattrs",
    "%2e%2e/.zattrs",
    "obs/%2E/.zattrs",
    "obs%2f.zattrs",
    "obs%5c.zattrs",
    "obs\\.zattrs",
    "obs/.zattrs%00",
    "obs/%252e%252e/.zattrs",
    "..%2f..%2f..%2fetc%2fpasswd",
    "obs/%E0%A4",
    "obs/.zattrs?x=1",
    "obs/",
    "obs",
    "",
    `obs/${"x".repeat(1025)}`,
    `${"obs/".repeat(70)}.zattrs`,
  ])("none is %j", async (key) => {
    const place = await view();
    const { status, headers, body } = await ask(place, inStore(place, key));
    expect(status).toBe(404);
    expectHeaders(headers);
    expect(body.toString()).toBe("There is nothing here.\n");
  });

  it("are not longer than an address may be", async () => {
    const place = await view();
    expect((await ask(place, inStore(place, "x".repeat(5000)))).status).toBe(414);
  });

  it("lead nowhere out of the store by a link, but to what lies in it", async () => {
    const folder = await temporaryFolder();
    const secret = join(folder, "secret");
    await writeFile(secret, "secret");
    await symlink(secret, join(result, "obs/_index/9"));
    await symlink("/etc", join(result, "obs/_index/etc"));
    await symlink(join(result, "obs/_index/0"), join(result, "obs/_index/8"));
    await symlink(join(result, "obs/_index/loop"), join(result, "obs/_index/loop"));
    await symlink(join(result, "nowhere"), join(result, "obs/_index/gone"));
    await symlink(join(result, "obs/_index"), join(result, "obs/_index/again"));
    // A store that is reached by a link itself.
    await symlink(result, join(folder, "link.zarr"));
    const place = await startView([join(folder, "link.zarr"), "--no-open"]);
    const status = async (key: string) => (await ask(place, inStore(place, key))).status;
    // Not 404: that of a chunk means that it is all zeros.
    for (const key of ["9", "etc/passwd", "etc", "loop", "loop/0", "gone", "gone/0/1"]) {
      const { status, body } = await ask(place, inStore(place, `obs/_index/${key}`));
      expect([key, status, body.toString()]).toEqual([
        key,
        502,
        expect.stringMatching(/a link (out|to nothing)/),
      ]);
    }
    for (const key of ["0", "8"]) expect(await status(`obs/_index/${key}`), key).toBe(200);
    expect(await status("obs/_index/again/0")).toBe(200);
    for (const key of ["obs/_index/again/77", "obs/_index/77", "obs/none/0"])
      expect(await status(key), key).toBe(404);
  });
});

it("says on every answer what a page may do, and never who asked where", async () => {
  const place = await view();
  const paths = [
    "/",
    "/view.js",
    `/${place.token}/`,
    `/${place.token}/store.json`,
    inStore(place, "obs/.zattrs"),
    "/none",
  ];
  for (const path of paths) {
    const { headers } = await ask(place, path, {
      headers: { Referer: `http://evil.example/${place.token}` },
    });
    expectHeaders(headers);
    expect(JSON.stringify(headers), path).not.toContain(place.token);
  }
});

describe("what a connection may cost", () => {
  it("headers that are too long are refused, as is what is no HTTP", async () => {
    const place = await view();
    const start = `GET / HTTP/1.1\r\nHost: ${place.host}\r\n`;
    const long = await askRaw(place, `${start}X: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1.1 431 /);
    const none = await askRaw(place, "\x16\x03\x01 no http at all\r\n\r\n");
    expect(none).toMatch(/^HTTP\/1.1 400 /);
    for (const answer of [long, none]) expect(answer).toContain(POLICY);
    const content = await askRaw(place, `${start}Content-Length: 100000000\r\n\r\nx`);
    expect(content).toMatch(/^HTTP\/1.1 400 /);
    const expecting = await askRaw(place, `${start}Expect: 200-ok\r\nConnection: close\r\n\r\n`);
    expect(expecting).toMatch(/^HTTP\/1.1 417 /);
  });

  it("more than so many connections are turned away, and those that came first served", async () => {
    const place = await view();
    const first = await ask(place, "/");
    expect(first.status).toBe(200);
    // 64 stay, the others are closed at once, before any timeout.
    let sockets: Socket[] = [];
    let closedCount = 0;
    await new Promise<void>((resolve) => {
      sockets = Array.from({ length: 100 }, () => connect(place.port, "127.0.0.1"));
      for (const socket of sockets) {
        socket.on("error", () => undefined);
        socket.on("close", () => ++closedCount === 36 && resolve());
      }
    });
    for (const socket of sockets) socket.destroy();
  });

  it("one that is only begun does not keep the server from ending", async () => {
    const place = await view();
    const socket = connect(place.port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost:"));
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    expect((await place.stop()).code).toBe(0);
  });
});

it("the token stands in nothing that is printed but the address, nor in what fails", async () => {
  const place = await view();
  await writeFile(join(result, "obs/_index/7"), "x", { mode: 0o000 });
  const failed = await ask(place, inStore(place, "obs/_index/7"));
  // Root may read what nobody may.
  expect([200, 502]).toContain(failed.status);
  const { stdout, stderr } = await place.stop();
  expect(stdout.split(place.token)).toHaveLength(2);
  expect(stderr + failed.body.toString()).not.toContain(place.token);
});

it("a store that is written anew meanwhile is not mixed with what was there", async () => {
  const place = await view();
  const key = inStore(place, "obs/.zattrs");
  expect((await ask(place, key)).status).toBe(200);
  const document = await readFile(join(result, ".zmetadata"));
  await writeFile(join(result, ".zmetadata"), Buffer.concat([document, Buffer.from(" ")]));
  const { status, body } = await ask(place, key);
  expect([status, body.toString()]).toEqual([410, expect.stringContaining("written anew")]);
});
