import { open } from "node:fs/promises";
import { OptionError } from "@flashdeconv/core";
import type { ResultPart } from "@flashdeconv/io-zarr/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { isRemote } from "@flashdeconv/stores/node/internal";
import { lockOptions } from "../stores/lock-options.js";
import { nameOfPlace } from "../stores/place-of-result.js";
import { openOwnFile } from "../tables/open-table-file.js";
import type { Terminal } from "../terminal/terminal.js";
import { VITESSCE_MARK, vitessceConfig } from "./vitessce.js";

/** Where a result on this machine is taken to be served, to be changed by whoever serves it elsewhere. */
const LOCAL = "http://127.0.0.1:8000";

export interface VitessceRequest {
  readonly result: string;
  readonly key: string;
  readonly file: string;
  /** What the result was found to be, where it is no Zarr store. */
  readonly called?: string;
  readonly part: ResultPart;
}

/**
 * Writes a configuration for Vitessce.
 *
 * @returns the URL at which it looks for the result
 * @throws OptionError where Vitessce could not read the result; StoreError where something else lies at the place
 */
export async function writeVitessce(request: VitessceRequest, terminal: Terminal): Promise<string> {
  const { result, key, file, part } = request;
  if (!/\.json$/i.test(file)) {
    throw refused(file, "a name that ends in .json", "Give another name.");
  }
  const { spatial } = part;
  if (spatial === undefined) {
    const rule = "a result with its coordinates in a matrix of obsm, where Vitessce reads them";
    throw refused(file, rule, "Run with --out result.zarr, which puts them there.");
  }
  const base = urlOf(request);
  const url = part.tablePath === "" ? base : `${base}/${escaped(part.tablePath)}`;
  const isZip = /\.zip$/i.test(new URL(base).pathname);
  const config = vitessceConfig({ name: nameOfPlace(result), url, isZip, key, types: part.types, spatial });
  const place = {
    input: result,
    alsoRead: [],
    out: file,
    overwrite: true,
    flag: "--vitessce",
    lock: lockOptions(terminal),
  };
  const opened = await openOwnFile(place, { kind: "a configuration", isOurs });
  try {
    await opened.append(Buffer.from(`${JSON.stringify(config, null, 2)}\n`));
    await opened.commit();
  } finally {
    // After a commit this does nothing.
    await opened.discard().catch(() => undefined);
  }
  return url;
}

function urlOf({ result, file, called }: VitessceRequest): string {
  if (called !== undefined) {
    throw refused(file, "a result in Zarr: Vitessce reads no other", "Run with --out result.zarr.");
  }
  if (!isRemote(result)) return `${LOCAL}/${encodeURIComponent(nameOfPlace(result))}`;
  const shown = redactUrl(result);
  if (/^https?:/i.test(result) && shown === result) return result.replace(/\/+$/, "");
  const rule =
    "a result behind an http or https URL without secrets: browsers open no other, and the file would hold them";
  throw refused(file, rule, "Give its public address, or a path.");
}

function escaped(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function refused(value: string, rule: string, remedy: string): OptionError {
  return new OptionError({ option: "--vitessce", value: redactUrl(value), rule, remedy });
}

/** So much of a file is looked at: the description comes early. */
const HEAD_BYTES = 4096;

async function isOurs(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead).includes(`"description": "${VITESSCE_MARK}`);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
