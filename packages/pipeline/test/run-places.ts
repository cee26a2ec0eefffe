import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolders } from "@flashdeconv/stores/node/internal";
import { onTestFinished } from "vitest";
import { type ObjectService, objectService } from "../../stores/test/object-service.js";
import { QUICK } from "../../stores/test/remote-tools.js";
import type { RunReach } from "../src/platform/node/run-folder/bucket-place.js";

/** Where a test keeps a run, and what may happen to its files there. */
export interface TestPlace {
  readonly path: string;
  readonly reach: RunReach & { readonly localFolder: string };
  names(): Promise<string[]>;
  read(name: string): Promise<Uint8Array>;
  write(name: string, bytes: Uint8Array | string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names of what lies on this machine beside the run's folder. */
  left(): Promise<string[]>;
}

export interface BucketPlace extends TestPlace {
  readonly service: ObjectService;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flashdeconv-place-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function onDisk(name = "run"): Promise<TestPlace> {
  const [folder, local] = [await temporaryFolder(), await temporaryFolder()];
  const path = join(folder, name);
  return {
    path,
    reach: { localFolder: local },
    async names() {
      const all = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
      const files = all.filter((entry) => entry.isFile());
      return files.map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1)).sort();
    },
    read: (file) => readFile(join(path, file)),
    async write(file, bytes) {
      await makeFolders(dirname(join(path, file)));
      await writeFile(join(path, file), bytes);
    },
    remove: (file) => rm(join(path, file)),
    left: async () => [...(await readdir(local)), ...(await readdir(folder)).filter((one) => one !== name)],
  };
}

export async function inBucket(name = "run"): Promise<BucketPlace> {
  const service = await objectService();
  const local = await temporaryFolder();
  const prefix = `lab/work/${name}/`;
  return {
    service,
    path: `s3://lab/work/${name}`,
    reach: {
      access: { ...QUICK, endpointUrl: service.url, anonymous: true },
      localFolder: local,
    },
    names: async () =>
      [...service.objects.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length))
        .sort(),
    read: async (file) => service.objects.get(prefix + file) as Uint8Array,
    write: async (file, bytes) => {
      service.objects.set(prefix + file, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    },
    remove: async (file) => {
      service.objects.delete(prefix + file);
    },
    left: () => readdir(local),
  };
}
