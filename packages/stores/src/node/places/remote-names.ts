import type { StoreAccess } from "../../store-access.js";
import { bucketAccess, objectUrl } from "../remote/bucket-access.js";
import type { RemoteLocation } from "../remote/parse-location.js";
import type { PlaceNames } from "./local-names.js";

/**
 * The names of a place behind a network. Buckets of Amazon, Google and Azure have one name each whatever address leads to them; those
 * of other services are known by the two ways of addressing them (the bucket in the path, or before the host).
 */
export async function remoteNames(location: RemoteLocation, access: StoreAccess): Promise<PlaceNames> {
  if (location.opener === "url") return namesOf([placeOfUrl(location.url)]);
  const { service, bucket, key } = location;
  const { bucketUrl } = await bucketAccess(service, bucket, access);
  const [host, ...path] = placeOfUrl(objectUrl({ bucketUrl }, key));
  const before = bucketUrl.slice(0, -bucket.length - 1);
  // Below the endpoint's own path the bucket's name comes first.
  const depth = bucketUrl.endsWith(`/${bucket}`) ? placeOfUrl(before).length - 1 : -1;
  const places = [[host, ...path]];
  if (depth >= 0 && host.includes("://")) {
    places.push([host.replace("://", `://${bucket.toLowerCase()}.`), ...path.toSpliced(depth, 1)]);
  }
  return namesOf(places);
}

function namesOf(places: readonly (readonly string[])[]): PlaceNames {
  const name = (parts: readonly string[]) => JSON.stringify(parts);
  return {
    self: places.map(name),
    above: places.flatMap((parts) => parts.map((_, i) => name(parts.slice(0, i + 1)))),
  };
}

/** An address as host (or service) and the parts of the path, in one spelling. */
export function placeOfUrl(address: string): string[] {
  const url = new URL(address);
  const host = url.hostname.replace(/\.$/, "");
  const path = partsOf(url.pathname);
  return (
    cloudPlace(host, path) ?? [`any://${isThisMachine(host) ? "localhost" : host}${portOf(url)}`, ...path]
  );
}

/** Encrypted or not, it is the same host. */
function portOf({ port }: URL): string {
  return port === "" || port === "80" || port === "443" ? "" : `:${port}`;
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}

/** Parts of a path as they are meant: unescaped, without empty ones and dots. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of unescaped(path).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function cloudPlace(host: string, path: readonly string[]): string[] | undefined {
  if (/\.amazonaws\.com(\.cn)?$/.test(host)) {
    const labels = host.split(".");
    // The last: a bucket may be called so as well.
    const service = labels.findLastIndex((label) => /^s3(-|$)/.test(label));
    if (service >= 0) return inBucket("s3", labels.slice(0, service).join("."), path);
  }
  const google = /^(?:(.+)\.)?(?:storage|commondatastorage|storage\.cloud)\.(?:googleapis|google)\.com$/.exec(
    host,
  );
  if (google) {
    const api = path.indexOf("b");
    const isApi = path[api + 2] === "o" && /^(download\/)?storage\/v1$/.test(path.slice(0, api).join("/"));
    return inBucket("gs", google[1] ?? "", isApi ? [path[api + 1], ...path.slice(api + 3)] : path);
  }
  const azure = /^([^.]+?)(?:-secondary)?\.(?:blob|dfs)\.core\.windows\.net$/.exec(host);
  return azure ? inBucket("az", azure[1], path) : undefined;
}

function inBucket(service: string, bucket: string, path: readonly string[]): string[] {
  const parts = bucket === "" ? [...path] : [bucket, ...path];
  return [service, ...parts.slice(0, 1).map((name) => name.toLowerCase()), ...parts.slice(1)];
}
