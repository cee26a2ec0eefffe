import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StoreAccess } from "../src/index.js";
import { sameOrInside } from "../src/node/internal.js";
import { fileSystemPlace } from "../src/node/places/file-system-place.js";

let folder: string;

beforeAll(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", "/no/such/home");
  folder = await realpath(await mkdtemp(join(tmpdir(), "flashdeconv-places-")));
  await mkdir(join(folder, "data/section.zarr/X"), { recursive: true });
  await mkdir(join(folder, "other"));
  await symlink(join(folder, "data"), join(folder, "link"));
  await symlink("section.zarr", join(folder, "data/also.zarr"));
  await writeFile(join(folder, "data/section.zip"), "zip");
  await link(join(folder, "data/section.zip"), join(folder, "other/hard.zip"));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function relation(a: string, b: string, access?: StoreAccess): Promise<string> {
  const [isIn, isAround] = [await sameOrInside(a, b, access), await sameOrInside(b, a, access)];
  return isIn && isAround ? "same" : isIn ? "inside" : isAround ? "around" : "apart";
}

describe("places of this machine", () => {
  const spellings: Record<string, () => string> = {
    "a slash at the end": () => `${join(folder, "data/section.zarr")}//`,
    dots: () => `${folder}/other/../data/./section.zarr/X/..`,
    "a relative path": () => relative(process.cwd(), join(folder, "data/section.zarr")),
    "a link to the folder": () => join(folder, "data/also.zarr"),
    "a link above it": () => join(folder, "link/section.zarr"),
    "a file URL": () => pathToFileURL(join(folder, "data/section.zarr")).href,
    "a file URL with escapes": () => `FILE://${folder}/d%61ta/section.zarr/`,
  };
  for (const [name, spelling] of Object.entries(spellings)) {
    it(`knows a store by ${name}`, async () => {
      const store = join(folder, "data/section.zarr");
      expect(await relation(spelling(), store)).toBe("same");
      expect(await relation(`${spelling()}/X`, store)).toBe("inside");
      expect(await relation(`${spelling()}/tables/new`, store)).toBe("inside");
      expect(await relation(spelling(), `${store}x`)).toBe("apart");
    });
  }

  it("knows a file by its hard link, and what is not there by its name", async () => {
    expect(await relation(join(folder, "data/section.zip"), join(folder, "other/hard.zip"))).toBe("same");
    expect(await relation(join(folder, "link/new/a.zarr"), join(folder, "data/new/a.zarr"))).toBe("same");
    expect(await relation(join(folder, "link/new"), join(folder, "data/new/a.zarr"))).toBe("around");
    expect(await relation(join(folder, "data/a.zarr"), join(folder, "other/a.zarr"))).toBe("apart");
  });

  const canMount = tryMount();
  it.skipIf(!canMount)(
    "knows a folder that is mounted a second time (skipped where mounts are not allowed)",
    async () => {
      const at = join(folder, "mounted");
      await mkdir(at);
      execFileSync("mount", ["--bind", join(folder, "data"), at]);
      try {
        expect(await relation(join(at, "section.zarr"), join(folder, "data/section.zarr"))).toBe("same");
        expect(await relation(join(at, "new.zarr"), join(folder, "data/new.zarr"))).toBe("same");
      } finally {
        execFileSync("umount", [at]);
      }
    },
  );

  it("finds the place of a mounted part in its file system", () => {
    const mounts = [
      "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
      "30 22 8:1 /data/lab\\040one /mnt/lab rw - ext4 /dev/sda1 rw",
      "31 22 0:50 / /mnt rw - tmpfs tmpfs rw",
    ].join("\n");
    expect(fileSystemPlace("/mnt/lab/a.zarr/X", mounts)).toEqual({
      device: "8:1",
      path: "/data/lab one/a.zarr/X",
    });
    expect(fileSystemPlace("/data/lab one/a.zarr", mounts)).toEqual({
      device: "8:1",
      path: "/data/lab one/a.zarr",
    });
    expect(fileSystemPlace("/mnt/labs", mounts)).toEqual({ device: "0:50", path: "/labs" });
    expect(fileSystemPlace("/a", "")).toBeUndefined();
  });
});

function tryMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), "flashdeconv-mount-"));
  try {
    execFileSync("mount", ["--bind", place, place], { stdio: "ignore" });
    execFileSync("umount", [place], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

describe("places behind a network", () => {
  const minio = { endpointUrl: "http://127.0.0.1:9000" };
  const same: [string, string, StoreAccess?][] = [
    ["s3://lab//section.zarr", "s3://lab/section.zarr"],
    ["S3://lab/section.zarr/", "s3://lab/section.zarr"],
    ["s3://lab/a/../section.zarr", "s3://lab/./section.zarr"],
    ["s3://lab/my section.zarr", "https://lab.s3.us-east-1.amazonaws.com/my%20section.zarr"],
    ["s3://lab/section.zarr", "https://s3.eu-west-1.amazonaws.com/lab/section.zarr"],
    ["s3://lab/section.zarr", "HTTPS://S3.AMAZONAWS.COM:443/lab//section%2Ezarr/"],
    ["s3://my.lab/section.zarr", "https://my.lab.s3.eu-west-1.amazonaws.com/section.zarr"],
    ["s3://s3-lab/section.zarr", "https://s3-lab.s3.dualstack.eu-west-1.amazonaws.com/section.zarr"],
    ["s3://lab/section.zarr", "https://lab.s3-accelerate.amazonaws.com/section.zarr?X-Amz-Signature=1"],
    ["s3://lab/section.zarr", "https://user:word@lab.s3-us-west-2.amazonaws.com./section.zarr#x"],
    ["s3://lab/section.zarr", "http://127.0.0.1:9000/lab/section.zarr", minio],
    ["s3://lab/section.zarr", "http://localhost:9000/lab%2Fsection.zarr", minio],
    ["s3://lab/section.zarr", "http://lab.localhost:9000/section.zarr", minio],
    ["s3://lab/section.zarr", "http://LAB.minio.org/section.zarr", { endpointUrl: "https://minio.org/" }],
    [
      "s3://lab/section.zarr",
      "https://minio.org:443/store/lab/section.zarr",
      { endpointUrl: "https://minio.org/store" },
    ],
    [
      "s3://lab/section.zarr",
      "http://lab.minio.org/store/section.zarr",
      { endpointUrl: "https://minio.org/store" },
    ],
    [
      "s3://lab/section.zarr",
      "https://lab.s3.amazonaws.com/section.zarr",
      { endpointUrl: "https://s3.eu-west-1.amazonaws.com" },
    ],
    ["gs://lab/section.zarr", "https://storage.googleapis.com/lab/section.zarr"],
    ["gs://lab/section.zarr", "https://lab.storage.googleapis.com/section.zarr"],
    ["gs://lab/a/section.zarr", "https://storage.googleapis.com/storage/v1/b/lab/o/a%2Fsection.zarr"],
    ["gs://lab/section.zarr", "https://storage.cloud.google.com/lab/section.zarr"],
    ["gs://lab/section.zarr", "s3://lab/section.zarr", { endpointUrl: "https://storage.googleapis.com" }],
    [
      "az://lab/section.zarr",
      "https://me.blob.core.windows.net/lab/section.zarr",
      { endpointUrl: "https://me.dfs.core.windows.net" },
    ],
    ["https://host/a/b/../section.zarr", "http://HOST/a//section.zarr/"],
  ];
  it.each(same)("%s is %s", async (a, b, access) => {
    expect(await relation(a, b, access)).toBe("same");
    // What lies in one lies in the other; the signature of a URL belongs to no path.
    const inner = b.replace(/[?#].*$/, "").replace(/\/*$/, "/tables/t");
    expect(await relation(a, inner, access)).toBe("around");
  });

  const apart: [string, string, StoreAccess?][] = [
    ["s3://lab/section.zarr", "s3://lab/section.zarr2"],
    ["s3://lab/section.zarr", "s3://lab2/section.zarr"],
    ["s3://lab/section.zarr", "gs://lab/section.zarr"],
    ["s3://lab/a%20b.zarr", "s3://lab/a b.zarr"],
    ["s3://lab/section.zarr", "s3://lab/Section.zarr"],
    ["s3://lab/section.zarr", "http://127.0.0.1:9001/lab/section.zarr", minio],
    ["s3://lab/section.zarr", "http://127.0.0.1:9000/section.zarr", minio],
    ["s3://lab/section.zarr", "lab/section.zarr"],
    ["https://one.org/section.zarr", "https://two.org/section.zarr"],
  ];
  it.each(apart)("%s is apart from %s", async (a, b, access) => {
    expect(await relation(a, b, access)).toBe("apart");
  });
});
