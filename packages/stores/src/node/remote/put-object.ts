import { type FileHandle, open } from "node:fs/promises";
import { StoreError } from "@flashdeconv/core";
import { MOST_REPLY_BYTES } from "../../bounds.js";
import { redactUrl } from "../../remote/redact-url.js";
import { errorCode, refused } from "../../remote/refused.js";
import type { RemoteRequest } from "../../remote/remote-request.js";
import { withQuery } from "../../remote/url-secrets.js";
import type { RemoteParts } from "./remote-parts.js";

/** Larger objects go up in parts of this size; S3 takes at most 10,000 of them, so 160 GB. */
export const PART_BYTES = 2 ** 24;
/** Times that putting the parts together is asked for: it may fail in an answer that looks like success. */
const MOST_COMPLETIONS = 4;

/** Uploads bytes as one object, which appears whole or not at all. */
export async function putBytes(parts: RemoteParts, url: string, body: Uint8Array): Promise<void> {
  const kind: Record<string, string> =
    parts.bucket?.service === "az" ? { "x-ms-blob-type": "BlockBlob" } : {};
  await send(parts, {
    url,
    method: "PUT",
    body,
    headers: { "content-type": "application/octet-stream", ...kind },
  });
}

/**
 * Uploads bytes as one object unless there is one. "there": there is, perhaps by an attempt of this call whose answer was lost;
 * "unknown": the service knows no such condition, and nothing was done.
 */
export async function putIfAbsent(
  parts: RemoteParts,
  url: string,
  body: Uint8Array,
): Promise<"put" | "there" | "unknown"> {
  const { fetch, sign, signedHow, bucket } = parts;
  const condition: Record<string, string> =
    bucket?.service === "gs" ? { "x-goog-if-generation-match": "0" } : { "if-none-match": "*" };
  const kind: Record<string, string> = bucket?.service === "az" ? { "x-ms-blob-type": "BlockBlob" } : {};
  const headers = { "content-type": "application/octet-stream", ...kind, ...condition };
  const answer = await fetch({ url, sign, method: "PUT", body, headers, most: MOST_REPLY_BYTES });
  if (answer.status >= 200 && answer.status < 300) return "put";
  // 409: Azure's answer, and that of S3 where several put at once; 304: some that speak its protocol.
  if ([304, 409, 412].includes(answer.status)) return "there";
  if ([400, 501].includes(answer.status)) return "unknown";
  throw refused(url, answer, signedHow);
}

/** Uploads a file as one object, in parts where it is large; at most one part is in memory. */
export async function putFile(
  parts: RemoteParts,
  url: string,
  path: string,
  partBytes = PART_BYTES,
): Promise<void> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const file = { handle, size, partBytes };
    if (size <= partBytes) await putBytes(parts, url, await readPart(handle, 0, size));
    else if (parts.bucket?.service === "az") await putBlocks(parts, url, file);
    else await putMultipart(parts, url, file);
  } finally {
    await handle.close();
  }
}

/** Removes an object; one that is not there is as good. */
export async function deleteObject(parts: RemoteParts, url: string): Promise<void> {
  const { fetch, sign, signedHow } = parts;
  const answer = await fetch({ url, sign, method: "DELETE", most: MOST_REPLY_BYTES });
  if (answer.status !== 404 && (answer.status < 200 || answer.status >= 300))
    throw refused(url, answer, signedHow);
}

/** A file that goes up in parts of so many bytes. */
interface FileInParts {
  readonly handle: FileHandle;
  readonly size: number;
  readonly partBytes: number;
}

async function putMultipart(
  parts: RemoteParts,
  url: string,
  { handle, size, partBytes }: FileInParts,
): Promise<void> {
  const { bytes } = await send(parts, {
    url: withQuery(url, "uploads="),
    method: "POST",
    body: new Uint8Array(0),
  });
  const id = /<UploadId>(.+?)<\/UploadId>/s.exec(new TextDecoder().decode(bytes))?.[1];
  if (id === undefined) throw broken(url, "an answer without an upload's number");
  const upload = `uploadId=${encodeURIComponent(id)}`;
  try {
    const etags: string[] = [];
    for (let start = 0, number = 1; start < size; start += partBytes, number++) {
      const body = await readPart(handle, start, Math.min(start + partBytes, size));
      const part = withQuery(url, `partNumber=${number}&${upload}`);
      const { headers } = await send(parts, { url: part, method: "PUT", body });
      etags.push(headers.get("etag") ?? "");
    }
    await complete(parts, withQuery(url, upload), url, etags);
  } catch (error) {
    // Parts that are left are paid for and seen by nobody; what went wrong first is what is told.
    await deleteObject(parts, withQuery(url, upload)).catch(() => undefined);
    throw error;
  }
}

async function complete(
  parts: RemoteParts,
  url: string,
  object: string,
  etags: readonly string[],
): Promise<void> {
  const list = etags.map(
    (etag, i) =>
      `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag.replaceAll('"', "&quot;")}</ETag></Part>`,
  );
  const xml = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
  const body = new TextEncoder().encode(xml);
  for (let attempt = 1; ; attempt++) {
    const answer = await parts.fetch({ url, method: "POST", body, sign: parts.sign, most: MOST_REPLY_BYTES });
    const code = errorCode(answer.bytes);
    if (answer.status === 200 && code === undefined) return;
    // The answer to an attempt before this one was lost: the parts are together already.
    if (code === "NoSuchUpload" && attempt === 1 && (await isThere(parts, object))) return;
    if (answer.status !== 200) throw refused(object, answer, parts.signedHow);
    if (attempt === MOST_COMPLETIONS) throw broken(object, `parts that cannot be put together (${code})`);
  }
}

async function isThere({ fetch, sign }: RemoteParts, url: string): Promise<boolean> {
  const { status } = await fetch({ url, sign, range: { offset: 0, length: 1 } });
  return status === 200 || status === 206;
}

async function putBlocks(
  parts: RemoteParts,
  url: string,
  { handle, size, partBytes }: FileInParts,
): Promise<void> {
  const ids: string[] = [];
  for (let start = 0; start < size; start += partBytes) {
    const id = btoa(String(ids.length).padStart(8, "0"));
    const body = await readPart(handle, start, Math.min(start + partBytes, size));
    await send(parts, {
      url: withQuery(url, `comp=block&blockid=${encodeURIComponent(id)}`),
      method: "PUT",
      body,
    });
    ids.push(id);
  }
  const xml = `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join("")}</BlockList>`;
  await send(parts, {
    url: withQuery(url, "comp=blocklist"),
    method: "PUT",
    body: new TextEncoder().encode(xml),
  });
}

type Upload = Pick<RemoteRequest, "url" | "method" | "headers" | "body">;

async function send({ fetch, sign, signedHow }: RemoteParts, request: Upload) {
  const answer = await fetch({ ...request, sign, most: MOST_REPLY_BYTES });
  if (answer.status < 200 || answer.status >= 300) throw refused(request.url, answer, signedHow);
  return answer;
}

async function readPart(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new Error("a file that was being uploaded has become shorter");
    filled += bytesRead;
  }
  return bytes;
}

function broken(url: string, found: string): StoreError {
  return new StoreError({
    path: redactUrl(url),
    found,
    expected: "an upload that the service takes",
    remedy: "Try again later; look at what the service says of its state.",
  });
}
