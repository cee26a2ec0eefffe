import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface ServiceRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: number;
}

export interface ObjectService {
  readonly url: string;
  /** Objects by bucket and key: `bucket/some/key`. */
  readonly objects: Map<string, Uint8Array>;
  readonly requests: ServiceRequest[];
  /** What each writing request does to the objects, in order: keys put or deleted. */
  readonly changes: string[];
  /** Answers 403 where it is false. */
  allows: (request: ServiceRequest) => boolean;
  /** Status to answer with instead, by number of the request. */
  fault: (request: ServiceRequest, number: number) => number | undefined;
  /** Done, but answered with 503. */
  loses: (request: ServiceRequest) => boolean;
  /** Whether conditions of a PUT are kept, passed over, or answered with 501. */
  conditions: "kept" | "ignored" | "refused";
  /** Completions of uploads in parts that answer 200 with an error in it. */
  failedCompletions: number;
}

/** Keys in one page of a listing, so that lists have several. */
const PAGE = 4;

/**
 * A little of the protocols of S3 (as Google speaks it, too) and Azure, in memory on the loopback: objects, parts and
 * blocks, lists in pages. It ends with the test.
 */
export async function objectService(): Promise<ObjectService> {
  const uploads = new Map<string, Map<string, Uint8Array>>();
  let count = 0;

  const answer = async (
    request: IncomingMessage,
  ): Promise<[number, Record<string, string>, Uint8Array | string]> => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = Buffer.concat(await request.toArray());
    const told: ServiceRequest = {
      method: request.method ?? "GET",
      url,
      headers: request.headers,
      bytes: body.length,
    };
    service.requests.push(told);
    const status = service.fault(told, count++);
    if (status !== undefined) return [status, {}, "fault"];
    if (!service.allows(told)) return [403, {}, "<Error><Code>AccessDenied</Code></Error>"];
    const name = decodeURIComponent(url.pathname.slice(1));
    const query = url.searchParams;
    switch (told.method) {
      case "GET":
        if (query.has("list-type") || query.get("comp") === "list") return [200, {}, list(name, query)];
        return get(name, request.headers.range);
      case "DELETE":
        if (query.has("uploadId")) uploads.delete(query.get("uploadId") as string);
        else if (service.objects.delete(name)) service.changes.push(`- ${name}`);
        return [204, {}, ""];
      case "POST":
        return post(name, query, body);
      case "PUT":
        return lost(told, put(name, query, body, request.headers));
      default:
        return [405, {}, ""];
    }
  };

  const lost = <T>(told: ServiceRequest, done: T): T | [number, Record<string, string>, string] =>
    service.loses(told) ? [503, { "retry-after": "0" }, ""] : done;

  const set = (name: string, bytes: Uint8Array) => {
    service.objects.set(name, bytes);
    service.changes.push(`+ ${name}`);
  };

  const get = (name: string, range?: string): [number, Record<string, string>, Uint8Array | string] => {
    const whole = service.objects.get(name);
    if (!whole) return [404, {}, "<Error><Code>NoSuchKey</Code></Error>"];
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
    if (first === undefined) return [200, { etag: etagOf(whole) }, whole];
    const end = Math.min(whole.length, Number(last) + 1);
    const header = `bytes ${first}-${end - 1}/${whole.length}`;
    return [206, { etag: etagOf(whole), "content-range": header }, whole.subarray(Number(first), end)];
  };

  const put = (
    name: string,
    query: URLSearchParams,
    body: Buffer,
    headers: IncomingMessage["headers"],
  ): [number, Record<string, string>, string] => {
    const upload = query.get("uploadId") ?? (query.get("comp") === "block" ? name : null);
    if (upload !== null) {
      const parts = uploads.get(upload) ?? new Map<string, Uint8Array>();
      uploads.set(upload, parts);
      parts.set(query.get("partNumber") ?? (query.get("blockid") as string), body);
      return [201, { etag: etagOf(body) }, ""];
    }
    if (query.get("comp") === "blocklist") {
      const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id]) => id);
      set(name, Buffer.concat(ids.map((id) => uploads.get(name)?.get(id) as Uint8Array)));
      return [201, {}, ""];
    }
    if (headers["x-ms-version"] && headers["x-ms-blob-type"] !== "BlockBlob")
      return [400, {}, "no blob type"];
    const wantsNone = headers["if-none-match"] === "*" || headers["x-goog-if-generation-match"] === "0";
    if (wantsNone && service.conditions === "refused") return [501, {}, "<Code>NotImplemented</Code>"];
    if (wantsNone && service.conditions === "kept" && service.objects.has(name)) {
      return headers["x-ms-version"] ? [409, {}, "<Code>BlobAlreadyExists</Code>"] : [412, {}, ""];
    }
    set(name, body);
    return [200, {}, ""];
  };

  const post = (
    name: string,
    query: URLSearchParams,
    body: Buffer,
  ): [number, Record<string, string>, string] => {
    if (query.has("uploads")) {
      const id = `upload/${uploads.size}+ü`;
      uploads.set(id, new Map());
      return [200, {}, `<Result><UploadId>${id}</UploadId></Result>`];
    }
    const id = query.get("uploadId") as string;
    const parts = uploads.get(id);
    if (!parts) return [404, {}, "<Error><Code>NoSuchUpload</Code></Error>"];
    if (service.failedCompletions-- > 0) return [200, {}, "<Error><Code>InternalError</Code></Error>"];
    const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/g)];
    for (const [, number, etag] of numbers) {
      const part = parts.get(number);
      if (!part || etag.replaceAll("&quot;", '"') !== etagOf(part))
        return [400, {}, "<Code>InvalidPart</Code>"];
    }
    set(name, Buffer.concat(numbers.map(([, number]) => parts.get(number) as Uint8Array)));
    uploads.delete(id);
    return [200, {}, "<Done/>"];
  };

  const list = (bucket: string, query: URLSearchParams): string => {
    const isAzure = query.has("comp");
    const prefix = query.get("prefix") ?? "";
    const start = Number(query.get("continuation-token") ?? query.get("marker") ?? 0);
    const names = new Set<string>();
    for (const name of [...service.objects.keys()].sort()) {
      const key = name.slice(bucket.length + 1);
      if (!name.startsWith(`${bucket}/`) || !key.startsWith(prefix)) continue;
      const slash = query.has("delimiter") ? key.indexOf("/", prefix.length) : -1;
      names.add(slash < 0 ? key : key.slice(0, slash + 1));
    }
    const most = Math.min(PAGE, Number(query.get("max-keys") ?? query.get("maxresults") ?? PAGE));
    const page = [...names].slice(start, start + most).map((key) => {
      const text = key.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      const isFolder = query.has("delimiter") && key.endsWith("/");
      if (isAzure)
        return isFolder
          ? `<BlobPrefix><Name>${text}</Name></BlobPrefix>`
          : `<Blob><Name>${text}</Name></Blob>`;
      return isFolder
        ? `<CommonPrefixes><Prefix>${text}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${text}</Key></Contents>`;
    });
    const next = start + most < names.size ? String(start + most) : "";
    const more = isAzure
      ? `<NextMarker>${next}</NextMarker>`
      : next && `<NextContinuationToken>${next}</NextContinuationToken>`;
    return `<List>${page.join("")}${more}</List>`;
  };

  const http = createServer((request, response) => {
    answer(request)
      .then(([status, headers, body]) => {
        response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
        response.end(body);
      })
      .catch((error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.close();
    http.closeAllConnections();
  });
  const service: ObjectService = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    objects: new Map(),
    requests: [],
    changes: [],
    allows: () => true,
    fault: () => undefined,
    loses: () => false,
    conditions: "kept",
    failedCompletions: 0,
  };
  return service;
}

function etagOf(bytes: Uint8Array): string {
  return `"${bytes.length}-${bytes.reduce((sum, byte, i) => (sum * 31 + byte + i) % 1e9, 0)}"`;
}
