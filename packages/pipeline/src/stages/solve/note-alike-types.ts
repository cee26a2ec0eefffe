import { numbered, optionName, shortList } from "@flashdeconv/core/internal";
import type { SolverReference } from "@flashdeconv/solver";
import type { NoticeList } from "../../contracts/notices.js";
import { alikeTypes, SIMILAR } from "../survey/alike-types.js";

/** Groups, and names of one, that a message shows. */
const SHOWN = 5;

/** Names the types that the counts cannot tell apart, or hardly, with what to do about it. */
export function noteAlikeTypes(
  { typeNames, gram }: Pick<SolverReference, "typeNames" | "gram">,
  notices: NoticeList,
): void {
  const { undetermined, mixed, similar } = alikeTypes(gram, typeNames.length);
  const named = (groups: readonly (readonly number[])[]) =>
    groups.map((group) => group.map((k) => typeNames[k]));
  if (undetermined.length > 0) {
    const groups = named(undetermined);
    notices.add({
      code: "undetermined-types",
      message: `The counts cannot tell these types apart: ${list(groups)}. They have the same expression in the genes in use, or are mixtures of one another, so how they divide means nothing (equal ones share equally); their sum does. ${advice(groups)}`,
    });
  }
  if (mixed.length > 0) {
    notices.add({
      code: "undetermined-mixtures",
      message: `The genes in use are too few to tell all mixtures of these types apart: ${list(named(mixed))}. Part of how they divide is undetermined; of the answers that fit, the one nearest to equal shares is taken. More genes, or fewer types in the reference, would help.`,
    });
  }
  if (similar.length > 0) {
    const groups = named(similar);
    notices.add({
      code: "similar-types",
      message: `These types differ by less than ${100 * SIMILAR} % in the genes in use: ${list(groups)}. How they divide is uncertain; their sum is more reliable. ${advice(groups)}`,
    });
  }
}

function list(groups: readonly (readonly string[])[]): string {
  const shown = groups.slice(0, SHOWN).map((names) => shortList(names));
  return (
    shown.join("; ") + (groups.length > SHOWN ? `; and ${numbered(groups.length - SHOWN, "more group")}` : "")
  );
}

/** How to merge the groups that are shown. */
function advice(groups: readonly (readonly string[])[]): string {
  const shown = groups.slice(0, SHOWN);
  const isLong = shown.some((names) => names.length > SHOWN);
  const merged = isLong ? "{...}" : Object.fromEntries(shown.map((names) => [names.join(" or "), names]));
  return `To merge them, give their cells one label in the reference, or keep the statistics (${optionName("saveStats")}) and solve them with ${optionName("mergeTypes", merged)}.`;
}
