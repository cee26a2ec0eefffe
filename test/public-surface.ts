import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

/** An export under the name it is imported by; its text is its signature, or for a type what it is declared as. */
export interface Exported {
  readonly name: string;
  readonly isType: boolean;
  readonly text: string;
}

export interface EntryPoint {
  /** As it is imported, for instance `@flashdeconv/solver/testing`. */
  readonly specifier: string;
  /** For the house alone: no part of the public surface. */
  readonly isInternal: boolean;
  readonly exported: readonly Exported[];
}

export interface PackageSurface {
  readonly folder: string;
  readonly name: string;
  readonly entries: readonly EntryPoint[];
}

/** The entry points of every published library with all they export, read from the sources. */
export function readSurfaces(): PackageSurface[] {
  const manifests = readdirSync(`${root}packages`).map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(`${root}packages/${folder}/package.json`, "utf8")),
  }));
  const published = manifests
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest: { name, exports } }) => ({
      folder,
      name,
      // Styles export nothing.
      files: Object.keys(exports)
        .filter(isCode)
        .map((key) => ({
          specifier: `${name}${key.slice(1)}`,
          file: sourceOf(name + key.slice(1)),
        })),
    }));
  const program = ts.createProgram(
    published.flatMap(({ files }) => files.map(({ file }) => file)),
    compilerOptions(),
  );
  return published.map(({ files, ...rest }) => ({
    ...rest,
    entries: files.map(({ specifier, file }) => ({
      specifier,
      isInternal: basename(specifier) === "internal",
      exported: exportsOf(program, file),
    })),
  }));
}

function isCode(path: string): boolean {
  return !path.endsWith(".css");
}

/** What a module exports, sorted by name. */
export function exportsOf(program: ts.Program, file: string): Exported[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is not part of the program`);
  // A file that exports nothing is not a module.
  const module = checker.getSymbolAtLocation(source);
  return (module ? checker.getExportsOfModule(module) : [])
    .map((symbol) => describe(checker, symbol))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(checker: ts.TypeChecker, symbol: ts.Symbol): Exported {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const { name } = symbol;
  const declaration = target.declarations?.[0];
  if (!declaration) throw new Error(`${name} is declared nowhere`);
  if (target.flags & ts.SymbolFlags.Class)
    return { name, isType: false, text: describeClass(checker, target) };
  if (target.flags & ts.SymbolFlags.Value) {
    const type = checker.getTypeOfSymbolAtLocation(target, declaration);
    return { name, isType: false, text: `${name}: ${typeText(checker, type)}` };
  }
  const printer = ts.createPrinter({ removeComments: true });
  const text = printer.printNode(ts.EmitHint.Unspecified, declaration, declaration.getSourceFile());
  return { name, isType: true, text: text.replace(/^export /, "") };
}

function describeClass(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const declaration = symbol.valueDeclaration as ts.ClassDeclaration;
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const makers = type
    .getConstructSignatures()
    .map(
      (signature) =>
        `  constructor${checker.signatureToString(signature, undefined, ts.TypeFormatFlags.NoTruncation)};`,
    );
  const members = [...(symbol.members?.values() ?? [])]
    .filter((member) => member.flags & (ts.SymbolFlags.Property | ts.SymbolFlags.Method))
    .map(
      (member) =>
        `  ${member.name}: ${typeText(checker, checker.getTypeOfSymbolAtLocation(member, declaration))};`,
    );
  const heritage = declaration.heritageClauses?.map((clause) => ` ${clause.getText()}`).join("") ?? "";
  return [`class ${symbol.name}${heritage} {`, ...makers, ...members, "}"].join("\n");
}

function typeText(checker: ts.TypeChecker, type: ts.Type): string {
  const { NoTruncation, UseAliasDefinedOutsideCurrentScope } = ts.TypeFormatFlags;
  return checker.typeToString(type, undefined, NoTruncation | UseAliasDefinedOutsideCurrentScope);
}

/** The source file behind an entry point, as the paths of tsconfig.json say. */
function sourceOf(specifier: string): string {
  const from = `${root}test/public-surface.ts`;
  const found = ts.resolveModuleName(specifier, from, compilerOptions(), ts.sys).resolvedModule;
  if (!found || found.resolvedFileName.endsWith(".d.ts")) {
    throw new Error(`tsconfig.json has no path for ${specifier}`);
  }
  return found.resolvedFileName;
}

export function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  return ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root).options;
}
