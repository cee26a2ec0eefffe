import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

/** What the rules are checked on: a package's folder (from the root), its package.json and the files of its `src`. */
export interface PackageFacts {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Source text by path, counted from the package's folder, for instance `src/index.ts`. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly name: string;
  /** Not published, but bundled into the packages that use it. */
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The floors of the house. A package may use those on lower floors and nothing else of ours. */
const FLOORS: Readonly<Record<string, number>> = {
  "@flashdeconv/core": 0,
  "@flashdeconv/kernels": 1,
  "@flashdeconv/maps": 2,
  "@flashdeconv/stores": 2,
  "@flashdeconv/io-zarr": 3,
  "@flashdeconv/io-h5": 3,
  "@flashdeconv/normalize": 3,
  "@flashdeconv/select-genes": 3,
  "@flashdeconv/sketch": 3,
  "@flashdeconv/graph": 3,
  "@flashdeconv/solver": 3,
  "@flashdeconv/simulate": 3,
  "@flashdeconv/report": 3,
  "@flashdeconv/io-vendor": 4,
  "@flashdeconv/viewer": 4,
  "@flashdeconv/solver-weighted": 4,
  "@flashdeconv/solver-poisson": 4,
  "@flashdeconv/pipeline": 5,
  "@flashdeconv/results": 6,
  flashdeconv: 7,
  "@flashdeconv/web": 7,
};

/** Other people's packages, and who may use them. The command line chooses its own. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  "@flashdeconv/core": ["apache-arrow"],
  "@flashdeconv/stores": ["aws4fetch", "numcodecs"],
  "@flashdeconv/io-zarr": ["zarrita", "csv-parse", "hyparquet", "hyparquet-compressors"],
  "@flashdeconv/io-vendor": ["csv-parse"],
  "@flashdeconv/select-genes": ["ml-matrix"],
};

/** Where Node's own modules may be imported. */
const NODE_PLACES = [
  /^apps\/cli\//,
  /^packages\/(io-vendor|io-zarr|stores)\/src\/node(\.ts$|\/|-)/,
  /^packages\/pipeline\/src\/platform\/node\//,
];

const CLI = "flashdeconv";

/** Every breach of the one-way rule, a sentence each; none in a tidy house. */
export function findBreaches(packages: readonly PackageFacts[]): string[] {
  const byName = new Map(packages.map((facts) => [facts.manifest.name, facts]));
  return packages.flatMap((facts) => [
    ...declarationBreaches(facts, byName),
    ...Object.entries(facts.sources).flatMap(([path, text]) => sourceBreaches(facts, path, text, byName)),
  ]);
}

function declarationBreaches(
  { folder, manifest }: PackageFacts,
  byName: ReadonlyMap<string, PackageFacts>,
): string[] {
  const { name } = manifest;
  if (FLOORS[name] === undefined) return [`${folder}: ${name} has no floor in test/house-rules.ts`];
  const declared = Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  });
  const published = Object.keys({
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  });
  return [
    ...declared
      .filter(isOurs)
      .filter((other) => !isBelow(name, other))
      .map((other) => `${folder}/package.json: ${name} must not depend on ${other}`),
    ...published
      .filter((other) => byName.get(other)?.manifest.private)
      .map((other) => `${folder}/package.json: ${other} is private, so it is a devDependency, and bundled`),
    ...published
      .filter((other) => !isOurs(other) && name !== CLI && !OUTSIDE[name]?.includes(other))
      .map((other) => `${folder}/package.json: ${other} is not among the packages that ${name} may use`),
  ];
}

function sourceBreaches(
  { folder, manifest }: PackageFacts,
  path: string,
  text: string,
  byName: ReadonlyMap<string, PackageFacts>,
): string[] {
  const file = `${folder}/${path}`;
  const { name } = manifest;
  // All that the command line uses is bundled into it.
  const bundled = Object.keys(manifest.devDependencies ?? {}).filter(
    (other) => name === CLI || byName.get(other)?.manifest.private,
  );
  const declared = [
    ...Object.keys({
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    }),
    ...bundled,
  ];
  const breaches = importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith(".") || specifier.startsWith("/")) {
      const target = relative(join(folder, "src"), join(folder, dirname(path), specifier));
      // A package may read its own package.json, for its version; bundlers put it in.
      const leaves = specifier.startsWith("/") || (target.startsWith("..") && target !== "../package.json");
      return leaves ? [`${file}: ${specifier} leaves the package's src`] : [];
    }
    if (specifier.startsWith("node:") || builtinModules.includes(specifier.split("/")[0])) {
      return NODE_PLACES.some((place) => place.test(file)) ? [] : [`${file}: ${specifier} is for Node alone`];
    }
    const target = packageOf(specifier);
    if (target === name) return [`${file}: imports its own package by name; use a relative path`];
    if (isOurs(target) && !isBelow(name, target)) return [`${file}: ${name} must not import ${target}`];
    if (!declared.includes(target)) return [`${file}: ${target} is not declared in package.json`];
    const entry = `.${specifier.slice(target.length)}`;
    const exports = byName.get(target)?.manifest.exports;
    return exports && !(entry in exports) ? [`${file}: ${target} has no entry ${entry}`] : [];
  });
  if (name !== CLI) {
    const globals = globalsOf(text).filter(
      (global) => !NODE_PLACES.some((place) => place.test(file)) || global === "console",
    );
    breaches.push(...globals.map((global) => `${file}: uses the global ${global}`));
  }
  return breaches;
}

/** What a file imports or exports from, types and dynamic imports with a literal included. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

/** Globals that only the command line may touch, where a file reads a property of one: `process.env`, `console.log`. */
function globalsOf(text: string): string[] {
  const watched = ["process", "Buffer", "console"];
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      if (watched.includes(node.expression.text)) found.add(node.expression.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("file.ts", text, ts.ScriptTarget.ES2022));
  return [...found];
}

function isOurs(name: string): boolean {
  return name === CLI || name.startsWith("@flashdeconv/");
}

function isBelow(name: string, other: string): boolean {
  return (FLOORS[other] ?? Number.POSITIVE_INFINITY) < (FLOORS[name] ?? -1);
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
