import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** Ways by which bytes from outside come to be held, and who may use them, with what bounds them there. */
const WAYS: readonly {
  readonly way: string;
  readonly found: RegExp;
  /** Files that are looked at; all by default. */
  readonly within?: RegExp;
  readonly places: Readonly<Record<string, string>>;
}[] = [
  {
    way: "a request",
    found: /(?<![\w.])fetch\(|around\.fetch\(|globalThis\.fetch\(/,
    places: {
      "packages/stores/src/remote/retrying-fetch.ts": "readAnswer reads every body by readBody",
      "packages/stores/src/remote/object-reader.ts": "a retrying fetch: a range or `most`, by its type",
      "packages/stores/src/remote/join-ranges.ts": "a range",
      "packages/stores/src/node/remote/read-object.ts": "a retrying fetch",
      "packages/stores/src/node/remote/put-object.ts": "a retrying fetch",
      "packages/stores/src/node/remote/list-objects.ts": "a retrying fetch",
      "packages/stores/src/node/remote/remote-mark.ts": "a retrying fetch",
      "packages/stores/src/node/remote/object-folder.ts": "a retrying fetch: a range",
      "packages/stores/src/remote/remote-file.ts": "a retrying fetch",
      "packages/viewer/src/page/fetch-store.ts": "reads every body by readBounded",
    },
  },
  {
    way: "a body or stream",
    found:
      /\.getReader\(|\.(arrayBuffer|blob|formData|json|text|bytes)\(\)|Readable\.(from|fromWeb)|createReadStream/,
    places: {
      "packages/stores/src/read-bounded.ts": "the one place where streams are read",
      "packages/stores/src/zip/blob-reader.ts": "a slice, or a file whose size is looked at first",
      "packages/io-zarr/src/codecs/compressors.ts": "compresses what is ours",
      "packages/results/src/tables/csv/gzip-stream.ts": "compresses what is ours",
      "packages/io-vendor/src/node/file-bytes.ts": "a piece at a time, with back-pressure",
      "apps/cli/src/tables/csv/read-header.ts": "MOST_HEADER_BYTES, packed and unpacked",
      "apps/cli/src/view/result-keys.ts": "a piece at a time, with back-pressure, or what readKey gave",
    },
  },
  {
    way: "unpacking",
    found:
      /DecompressionStream|gunzip|inflate(?!d\()|zstdDecompress|brotliDecompress|[dD]ecompress\w*\(|registry\.get\(|hyparquet-compressors/,
    places: {
      "packages/io-vendor/src/positions/read-text.ts": "reads the stream by readBounded",
      "packages/io-vendor/src/node/count-entries.ts": "the first bytes of a file, with maxOutputLength",
      "packages/io-h5/src/filters/decode-chunk.ts": "hands on how many bytes the file says come out",
      "packages/io-h5/src/inflate-chunk.ts": "hands on `most`",
      "packages/kernels/src/index.ts": "the kernel's name",
      "packages/kernels/src/inflate.ts": "an input and an output of at most as many bytes as its maker says",
      "packages/stores/src/codecs/inflate-here.ts": "hands on `most`, and MOST_BYTES",
      "apps/cli/src/stores/read-text.ts": "maxOutputLength",
      "packages/stores/src/node/describe-file.ts": "the first bytes of a file, with maxOutputLength",
      "packages/stores/src/codecs/unpack.ts": "checks frames, reads streams by readBounded",
      "packages/stores/src/node/node-codecs.ts": "maxOutputLength",
      "packages/stores/src/node/unpack-native.ts": "maxOutputLength",
      "packages/stores/src/zip/unpack-stream.ts": "readBounded",
      "packages/io-zarr/src/read/spatialdata/page-compressors.ts":
        "into as many bytes as a checked header says",
      "packages/io-zarr/src/read/spatialdata/check-page-data.ts": "by the compressors of page-compressors.ts",
    },
  },
  {
    way: "a key of a store",
    found:
      /\b(store|remote|local|live|staged|inner|container|zarr)\)?\.get(Range)?\(|\.get(Range)?\(.*(key|document)\b.*\{/,
    places: {
      "packages/stores/src/read-key.ts": "the one way to bytes of stores",
      "packages/io-zarr/src/store-below.ts": "hands the options on",
      "packages/io-zarr/src/write/without-consolidated.ts": "hands the options on",
      "packages/stores/src/node/edit-store.ts": "hands the options on",
      "packages/viewer/src/read/known-documents.ts": "hands the options on",
      "packages/stores/src/node/remote/create-remote-store.ts": "hands the options on",
      "apps/cli/src/stores/input-facts.ts": "MOST_DOCUMENT_BYTES",
      "apps/cli/src/view/result-keys.ts": "readKey with MOST_OBJECT_BYTES",
    },
  },
  {
    way: "a whole file",
    // Beside these stores, io-zarr and their users read only what they wrote themselves, or what the user gave.
    within:
      /^packages\/(io-zarr|stores)\/src\/(read|codecs|remote|node\/remote|node\/(directory|zip|open|read)-)/,
    found: /\breadFile(Sync)?\(/,
    places: {
      "packages/stores/src/node/remote/aws-settings.ts": "the user's own settings",
    },
  },
];

function sourceFiles(): string[] {
  const folders = [
    ...readdirSync(join(root, "packages")).map((name) => join("packages", name, "src")),
    "apps/cli/src",
  ];
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !/(^|[\\/])generated[\\/]/.test(name))
      .map((name) => join(folder, name).replaceAll("\\", "/")),
  );
}

/** Code without comments. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), "utf8").replace(/\/\*.*?\*\/|(?<!:)\/\/.*$/gms, (comment) =>
    comment.startsWith("/*") ? "" : comment.replace(/.*/, ""),
  );
}

describe("bytes from outside are bounded before they are held", () => {
  const files = sourceFiles().map((file) => [file, codeOf(file)] as const);

  it.each(WAYS)("$way is met only where it is bounded", ({ found, within = /./, places }) => {
    const met = files
      .filter(([file, code]) => within.test(file) && code.split("\n").some((line) => found.test(line)))
      .map(([file]) => file);
    expect(met.filter((file) => !(file in places))).toEqual([]);
    expect(Object.keys(places).filter((file) => !met.includes(file))).toEqual([]);
  });

  it("the rule sees each way", () => {
    const lines = {
      "a request": "const answer = await fetch(url);",
      "a body or stream": "return await response.arrayBuffer();",
      unpacking: "zlib.gunzipSync(bytes)",
      "a key of a store": "await store.get(key)",
      "a whole file": "await readFile(path)",
    };
    for (const { way, found } of WAYS) expect(lines[way as keyof typeof lines]).toMatch(found);
  });
});
