import { dirname, join } from "node:path/posix";
import ts from "typescript";

/** Source text of one package by path, counted from its `src`, such as `survey/survey-spots.ts`. */
export type Sources = Readonly<Record<string, string>>;

/** A function takes no more; what belongs together comes as one object. */
const MOST_PARAMETERS = 4;

/** Files of a package that import each other in a circle, types included: a sentence for each circle. */
export function findCircles(sources: Sources): string[] {
  const imports = new Map(Object.keys(sources).map((file) => [file, importedFiles(file, sources)]));
  const circles: string[] = [];
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
      return;
    }
    state.set(file, "open");
    trail.push(file);
    for (const other of imports.get(file) ?? []) visit(other);
    trail.pop();
    state.set(file, "done");
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}

/**
 * Files that import from a layer above their own.
 *
 * @param layers folders of `src` from the lowest up; what lies in none of them is above all
 */
export function findClimbs(sources: Sources, layers: readonly string[]): string[] {
  const layerOf = (file: string) => {
    const found = layers.indexOf(file.split("/")[0]);
    return found < 0 ? layers.length : found;
  };
  return Object.keys(sources).flatMap((file) =>
    importedFiles(file, sources)
      .filter((other) => layerOf(other) > layerOf(file))
      .map((other) => `${file} must not import ${other}`),
  );
}

/** Functions, methods and constructors with too many parameters; types of functions are not looked at. */
export function findLongSignatures(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && !ts.isTypeNode(node) && node.parameters.length > MOST_PARAMETERS) {
        const name = node.name ?? (node.parent as ts.NamedDeclaration).name;
        found.push(`${file}: ${name?.getText() ?? "a function"} takes ${node.parameters.length}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
    return found;
  });
}

/** A flag of a command line, such as `--max-memory`. */
const FLAG = /(?<![\w-])--[a-z]/;
/** Texts that tell how another program is called. */
const OTHER_PROGRAMS = /^Export keys first: | --format env/;

/** Strings and templates that name a flag: options have ids in packages, and flags on the command line alone. */
export function findFlags(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) =>
    textsIn(file, text)
      .filter((told) => FLAG.test(told) && !OTHER_PROGRAMS.test(told))
      .map((told) => `${file}: ${told}`),
  );
}

const COUNTED =
  /^ (?:(?:more|shared|selected|cell|gene|type|reference|non-zero|finished) ){0,2}(?:spots|genes|cells|types|names|labels|rows|columns|values|entries|items|numbers|bytes|sections|neighbours|dimensions|pieces|groups|workers|counts|sweeps|files|chunks|members|strings|seconds|attempts|indices|categories)\b/;
/** What is not a count: a constant above 1, a shape such as 3 x 2, a kind of things. */
const NO_COUNT = /^[A-Z_]+$|\.join\(|^(?:rows\.kind|suffix|columns|found|expected|where|what)$/;

/** Counts that a template writes before a plural, which is wrong for 1; `numbered` writes both. */
export function findPlurals(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isTemplateSpan(node) && COUNTED.test(node.literal.text)) {
        const { expression } = node;
        if (!ts.isCallExpression(expression) && !NO_COUNT.test(expression.getText())) {
          found.push(`${file}: ${expression.getText()}${node.literal.text}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
    return found;
  });
}

/** Each string literal and each piece of a template of a file. */
function textsIn(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return found;
}

function importedFiles(file: string, sources: Sources): string[] {
  return ts
    .preProcessFile(sources[file], true, true)
    .importedFiles.map(({ fileName }) => join(dirname(file), fileName).replace(/\.js$/, ".ts"))
    .filter((other) => other in sources);
}
