import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StoreError } from "@flashdeconv/core";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { redirectedRegion } from "../src/node/remote/s3-host.js";
import { httpStore } from "../src/remote/http-store.js";
import type { RemoteRequest, SignRequest } from "../src/remote/remote-request.js";
import { retryingFetch } from "../src/remote/retrying-fetch.js";
import { QUICK } from "./remote-tools.js";

/** What shows who asks, in every form that is known here. */
const SECRETS: Readonly<Record<string, string>> = {
  authorization: "AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=0123456789abcdef",
  "x-amz-security-token": "SESSION-TOKEN",
  "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
  "x-amz-date": "20260101T000000Z",
  "x-goog-user-project": "PROJECT-NAME",
  "x-ms-version": "2021-12-02",
  cookie: "session=COOKIE-VALUE",
};
const QUERY = "sig=SECRET%2BSIGNATURE%3D&sv=2020";
const signed: SignRequest = async ({ url, headers }) => ({
  url: `${url}?${QUERY}`,
  headers: { ...headers, ...SECRETS },
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that answers as it is told and remembers what it was asked. */
async function server(answer: (request: Seen, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, seen };
}

const bytes = (response: ServerResponse) => response.end("object");
const redirect =
  (location: string, status = 302) =>
  (_: Seen, response: ServerResponse) => {
    response.writeHead(status, { location });
    response.end("elsewhere");
  };

/** All that a request carried, with escapes undone. */
const allOf = ({ url, headers, body }: Seen) =>
  decodeURIComponent(`${url} ${JSON.stringify(headers)} ${body}`);

async function refusal(request: RemoteRequest, around: Parameters<typeof retryingFetch>[1] = {}) {
  const error = await retryingFetch(QUICK, around)(request).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  expect(`${error.message} ${JSON.stringify(error)}`).not.toMatch(/SECRET|0123456789abcdef|SESSION|PASSWORD/);
  return error as StoreError;
}

describe("redirects", () => {
  it.each([301, 302, 303, 307, 308])(
    "%d to another server is followed without any credential",
    async (status) => {
      const there = await server((_, response) => bytes(response));
      const here = await server(redirect(`${there.url}/object?X-Amz-Signature=theirs`, status));
      const { bytes: found } = await retryingFetch(QUICK)({
        url: `${here.url}/a`,
        range: { offset: 0, length: 6 },
        sign: signed,
      });
      expect(new TextDecoder().decode(found)).toBe("object");
      expect(here.seen[0].headers).toMatchObject(SECRETS);
      const [asked] = there.seen;
      expect(asked.url).toBe("/object?X-Amz-Signature=theirs");
      expect(asked.headers).toMatchObject({
        range: "bytes=0-5",
        "accept-encoding": expect.stringMatching(/^identity(, identity)?$/),
      });
      for (const name of Object.keys(SECRETS)) expect(asked.headers).not.toHaveProperty(name);
      expect(allOf(asked)).not.toMatch(/SECRET|SESSION-TOKEN|0123456789|COOKIE/);
    },
  );

  it("no header that a signature adds leaves the server, whatever its name", async () => {
    const there = await server((_, response) => bytes(response));
    const here = await server(redirect(`${there.url}/object`));
    const name = fc.stringMatching(/^(x-amz-|x-goog-|x-ms-|authorization-|my)[a-z0-9-]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), async (names) => {
        there.seen.length = 0;
        const sign: SignRequest = async ({ url, headers }) => ({
          url,
          headers: { ...headers, ...Object.fromEntries(names.map((one) => [one, "SECRET-VALUE"])) },
        });
        await retryingFetch(QUICK)({ url: `${here.url}/a`, most: 100, sign });
        expect(allOf(there.seen[0])).not.toContain("SECRET-VALUE");
      }),
      { numRuns: 20 },
    );
  });

  it("on the same server the request is signed anew, by relative addresses too", async () => {
    const here = await server((request, response) => {
      if (request.url.startsWith("/a/b")) redirect("../c?x=1", 307)(request, response);
      else bytes(response);
    });
    const signedUrls: string[] = [];
    const sign: SignRequest = async ({ url, headers }) => {
      signedUrls.push(url);
      return { url, headers: { ...headers, authorization: `signature of ${url}` } };
    };
    await retryingFetch(QUICK)({ url: `${here.url}/a/b`, most: 100, sign });
    expect(signedUrls).toEqual([`${here.url}/a/b`, `${here.url}/c?x=1`]);
    expect(here.seen[1].headers.authorization).toBe(`signature of ${here.url}/c?x=1`);
  });

  it("credentials do not come back once they were left behind", async () => {
    const here = await server((request, response) => {
      if (request.url.startsWith("/a")) redirect(`${there.url}/b`)(request, response);
      else bytes(response);
    });
    const there = await server((request, response) => redirect(`${here.url}/c`)(request, response));
    await retryingFetch(QUICK)({ url: `${here.url}/a`, most: 100, sign: signed });
    expect(here.seen).toHaveLength(2);
    expect(allOf(here.seen[1])).not.toMatch(/SECRET|SESSION-TOKEN/);
  });

  it.each([
    ["a query", (url: string) => `${url}/b?${QUERY}`],
    ["a part of a query", (url: string) => `${url}/b?next=${encodeURIComponent(`/a?${QUERY}`)}`],
    ["a path", (url: string) => `${url}/SESSION-TOKEN/b`],
  ])("an address that takes a secret along in %s is not followed", async (_, location) => {
    const there = await server((_request, response) => bytes(response));
    const here = await server(redirect(location(there.url)));
    const error = await refusal({ url: `${here.url}/a`, most: 100, sign: signed });
    expect(error.found).toContain("whose address contains credentials");
    expect(there.seen).toEqual([]);
    expect(here.seen).toHaveLength(1);
  });

  it("a store's own query and login stay with its server, and out of messages", async () => {
    const there = await server((_, response) => bytes(response));
    const plain = await server(redirect(`${there.url}/b`));
    const login = plain.url.replace("//", "//user:PASSWORD@");
    await httpStore(`${login}/a?token=SECRET`, QUICK).get("/zarr.json");
    expect(plain.seen[0].headers.authorization).toBe(`Basic ${btoa("user:PASSWORD")}`);
    expect(allOf(there.seen[0])).not.toMatch(/SECRET|PASSWORD|Basic/);
    for (const leaking of ["/b?token=SECRET", "/user:PASSWORD", `/${btoa("user:PASSWORD")}`]) {
      const here = await server(redirect(there.url + leaking));
      const location = `${here.url.replace("//", "//user:PASSWORD@")}/a?token=SECRET`;
      const error = await httpStore(location, QUICK)
        .get("/zarr.json")
        .catch((thrown) => thrown);
      expect(error.message).toMatch(/another server.*contains credentials/);
      expect(error.message).not.toMatch(/SECRET|PASSWORD/);
    }
    expect(there.seen).toHaveLength(1);
  });

  it("a switch in a query may be taken along", async () => {
    const there = await server((_, response) => bytes(response));
    const here = await server(redirect(`${there.url}/b?dl=1`));
    expect(await httpStore(`${here.url}/a?dl=1`, QUICK).get("/zarr.json")).toHaveLength(6);
  });

  it.each([
    ["file:///etc/passwd", /begins with file:/],
    ["data:text/plain,SECRET", /begins with data:/],
    ["ftp://host/x", /begins with ftp:/],
    ["javascript:alert(1)", /begins with javascript:/],
    ["http://user:PASSWORD@127.0.0.1/", /with a user name or password/],
    ["http://[", /something that is not a URL/],
  ])("%s is refused at once", async (location, found) => {
    const here = await server(redirect(location));
    for (const sign of [undefined, signed]) {
      const error = await refusal({ url: `${here.url}/a`, most: 100, sign });
      expect(error.found).toMatch(found);
      expect(error.status).toBe(302);
    }
    expect(here.seen).toHaveLength(2);
  });

  it("from https to http nothing is asked for", async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input));
      return new Response("", { status: 302, headers: { location: "http://host.test/a" } });
    };
    for (const sign of [undefined, signed]) {
      const error = await refusal({ url: "https://host.test/a", most: 100, sign }, { fetch });
      expect(error.found).toBe("a redirect from https to http (http://host.test)");
    }
    expect(asked.every((url) => url.startsWith("https:"))).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("circles, and more than a few one after the other, end at once", async () => {
    const self = await server((request, response) => redirect(request.url)(request, response));
    expect((await refusal({ url: `${self.url}/a`, most: 100 })).found).toContain("in a circle");
    expect(self.seen).toHaveLength(1);
    const pair = await server((request, response) =>
      redirect(request.url === "/a" ? "/b" : "/a")(request, response),
    );
    expect((await refusal({ url: `${pair.url}/a`, most: 100 })).found).toContain("in a circle");
    expect(pair.seen).toHaveLength(2);
    const endless = await server((request, response) => redirect(`${request.url}a`)(request, response));
    expect((await refusal({ url: `${endless.url}/a`, most: 100 })).found).toContain("more than 5 redirects");
    expect(endless.seen).toHaveLength(6);
  });

  it.each(["PUT", "DELETE", "POST"] as const)(
    "a %s goes nowhere else, and becomes no GET",
    async (method) => {
      const body = method === "DELETE" ? undefined : new TextEncoder().encode("result");
      const there = await server((_, response) => bytes(response));
      for (const status of [301, 302, 303, 307, 308]) {
        const here = await server(redirect(`${there.url}/b`, status));
        await refusal({ url: `${here.url}/a`, method, body, sign: signed, most: 100 });
        expect(here.seen).toHaveLength(1);
      }
      expect(there.seen).toEqual([]);
      const same = await server((request, response) => {
        if (request.url.startsWith("/a")) redirect("/b", 307)(request, response);
        else bytes(response);
      });
      await retryingFetch(QUICK)({ url: `${same.url}/a`, method, body, sign: signed, most: 100 });
      expect(same.seen.map((one) => [one.method, one.body])).toEqual([
        [method, body ? "result" : ""],
        [method, body ? "result" : ""],
      ]);
      const other = await server(redirect("/b", 303));
      expect((await refusal({ url: `${other.url}/a`, method, body, most: 100 })).found).toMatch(/into a GET/);
    },
  );

  it("an answer that says it has moved but not where is that answer", async () => {
    const xml = "<Error><Code>PermanentRedirect</Code></Error>";
    const here = await server((_, response) => {
      response.writeHead(301, { "x-amz-bucket-region": "eu-west-1" });
      response.end(xml);
    });
    const store = httpStore(`${here.url}/a`, QUICK);
    await expect(store.get("/c/0")).rejects.toThrow(
      /the answer 301 \(PermanentRedirect\).*Give the region eu-west-1/,
    );
  });

  it("in a page, where they cannot be seen, requests with credentials are not redirected", async () => {
    const asked: (RequestRedirect | undefined)[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      asked.push(init?.redirect);
      return new Response("object");
    };
    const inPage = retryingFetch(QUICK, { fetch, seesRedirects: false });
    await inPage({ url: "https://host.test/a", most: 100 });
    await inPage({ url: "https://host.test/a", most: 100, sign: signed });
    const elsewhere = retryingFetch(QUICK, { fetch });
    await elsewhere({ url: "https://host.test/a", most: 100, sign: signed });
    expect(asked).toEqual(["follow", "error", "manual"]);

    const there = await server((_, response) => bytes(response));
    const here = await server(redirect(`${there.url}/b`));
    const error = await refusal({ url: `${here.url}/a`, most: 100, sign: signed }, { seesRedirects: false });
    expect(error.found).toContain("unexpected redirect");
    expect([here.seen.length, there.seen.length]).toEqual([1, 0]);
  });
});

describe("a redirect within S3", () => {
  const BUCKET = "https://lab.s3.us-east-1.amazonaws.com";
  it.each([
    [BUCKET, "https://lab.s3.eu-west-1.amazonaws.com/k", null, "eu-west-1"],
    [BUCKET, "https://lab.s3-us-west-2.amazonaws.com/k", null, "us-west-2"],
    [BUCKET, "https://lab.s3.dualstack.eu-west-1.amazonaws.com/k", null, "eu-west-1"],
    [BUCKET, "https://lab.s3.amazonaws.com/k", "ap-south-1", "ap-south-1"],
    [BUCKET, "https://lab.s3.amazonaws.com/k", "no region!", "us-east-1"],
    [BUCKET, "https://s3.eu-west-1.amazonaws.com/lab/k", null, "eu-west-1"],
    [
      "https://s3.us-east-1.amazonaws.com/la.b",
      "https://s3.eu-west-1.amazonaws.com/la.b/k",
      null,
      "eu-west-1",
    ],
    [BUCKET, "https://other.s3.eu-west-1.amazonaws.com/k", null, undefined],
    [BUCKET, "https://s3.eu-west-1.amazonaws.com/other/k", null, undefined],
    [BUCKET, "http://lab.s3.eu-west-1.amazonaws.com/k", null, undefined],
    [BUCKET, "https://lab.s3.eu-west-1.amazonaws.com:8443/k", null, undefined],
    [BUCKET, "https://lab.s3.eu-west-1.amazonaws.com.evil.test/k", null, undefined],
    [BUCKET, "https://lab.s3.evil.amazonaws.com/k", null, undefined],
    [BUCKET, "https://lab.s3-website-eu-west-1.amazonaws.com/k", null, undefined],
    [BUCKET, "https://evil-s3.eu-west-1.amazonaws.com/lab/k", null, undefined],
    [BUCKET, "https://lab.s3.cn-north-1.amazonaws.com.cn/k", null, undefined],
    ["https://minio.test/lab", "https://lab.s3.eu-west-1.amazonaws.com/k", null, undefined],
  ])("from %s to %s", (bucketUrl, target, told, region) => {
    expect(redirectedRegion(bucketUrl, new URL(target), told)).toBe(region);
  });

  it("is signed for the new host, and for no other", async () => {
    const asked: { url: string; headers: Record<string, string> }[] = [];
    const locations = ["https://lab.s3.eu-west-1.amazonaws.com/k", "https://evil.test/k"];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      asked.push({ url: String(input), headers: init?.headers as Record<string, string> });
      const location = locations.shift();
      return location ? new Response(null, { status: 307, headers: { location } }) : new Response("object");
    };
    const { bucketAccess } = await import("../src/node/remote/bucket-access.js");
    const { vi } = await import("vitest");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIA");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "SECRET");
    vi.stubEnv("AWS_SESSION_TOKEN", "SESSION");
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"])
      vi.stubEnv(name, undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { sign, bucketUrl } = await bucketAccess("s3", "lab", { region: "us-east-1" });
    await retryingFetch(QUICK, { fetch })({ url: `${bucketUrl}/k`, most: 100, sign });
    expect(
      asked.map(({ headers }) => /\/([a-z]+-[a-z]+-\d)\/s3/.exec(headers.authorization ?? "")?.[1]),
    ).toEqual(["us-east-1", "eu-west-1", undefined]);
    expect(asked[1].headers["x-amz-security-token"]).toBe("SESSION");
    expect(JSON.stringify(asked[2])).not.toMatch(/AKIA|SESSION|x-amz/);
  });
});
