import { fileURLToPath } from "node:url";
import { StoreError } from "@flashdeconv/core";
import { redactUrl } from "../../remote/redact-url.js";

/** Where a store lies that a path or URL names. */
export type NamedLocation = PathLocation | RemoteLocation;

export interface PathLocation {
  readonly opener: "path";
  /** Of this machine. */
  readonly path: string;
}

/** A URL, or a key in a bucket (a container) of an object store. */
export type RemoteLocation =
  | { readonly opener: "url"; readonly url: string }
  | { readonly opener: "bucket"; readonly service: Service; readonly bucket: string; readonly key: string };

export type Service = "s3" | "gs" | "az";

/** Whether a location is behind a network. */
export function isRemote(location: string): boolean {
  return parseLocation(location).opener !== "path";
}

/** The path that a location of this machine stands for; others as they are. */
export function localPath(location: string): string {
  const place = parseLocation(location);
  return place.opener === "path" ? place.path : location;
}

/** Tells what a location is. Throws StoreError for a scheme that is not known, or a bucket that is not named. */
export function parseLocation(location: string): NamedLocation {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1].toLowerCase();
  switch (scheme) {
    case undefined:
      return { opener: "path", path: location };
    case "file":
      return { opener: "path", path: pathOf(location) };
    case "http":
    case "https":
      return { opener: "url", url: location };
    case "s3":
    case "gs":
    case "az": {
      // Keys may hold anything, also what means something in URLs.
      const [bucket, ...rest] = location.slice(scheme.length + 3).split("/");
      if (!/^[A-Za-z0-9$][A-Za-z0-9._-]*$/.test(bucket)) {
        throw notKnown(location, `the bucket ${JSON.stringify(bucket)}`, `${scheme}://bucket/key`);
      }
      return { opener: "bucket", service: scheme, bucket, key: rest.filter((part) => part !== "").join("/") };
    }
    default:
      throw notKnown(location, `the scheme ${scheme}`, "a path, file, http, https, s3, gs or az");
  }
}

function pathOf(location: string): string {
  try {
    return fileURLToPath(location);
  } catch {
    throw notKnown(location, "a file URL that is not a path on this machine", "file:///folder/name.zarr");
  }
}

function notKnown(location: string, found: string, expected: string): StoreError {
  return new StoreError({ path: redactUrl(location), found, expected, remedy: "Check the address." });
}
