import { count } from "@flashdeconv/core/internal";
import { CONFUSED, type Confusion, confusedGroups, confusionIn } from "../confusion.js";
import { alikePairs, type Context, FEW_CELLS } from "../context.js";
import { levelsOfTypes } from "../levels.js";
import { listed, nameText, table } from "../page/text.js";

/** Pairs in the table of those that are mistaken. */
const MOST_PAIRS = 20;

/** What the reference is made of, and which of its types can be told apart. */
export function reference(context: Context): string {
  const { input, order } = context;
  const { typeNames, signature } = input;
  const pairs = alikePairs(context);
  const { cellCounts } = signature ?? {};
  const confusion = confusionIn(input);
  const levels = levelsOfTypes(input);
  const told = confusion === undefined ? untried() : toldApart(context, confusion);
  const silent = input.parameters.silent_types;
  const none =
    Array.isArray(silent) && silent.length > 0
      ? `<p>Without counts in the genes in use: ${listed(silent.map(String))}.</p>`
      : "";
  if (cellCounts === undefined && pairs.length === 0 && confusion === undefined)
    return `<p>This result says nothing about its reference.</p>${none}`;
  const { found } = confusion ?? {};
  const rows = order.map((k) => {
    const nearest = pairs.find(({ a, b }) => a === k || b === k);
    const other = nearest && (nearest.a === k ? nearest.b : nearest.a);
    const cells = cellCounts ? count(cellCounts[k]) + (cellCounts[k] < FEW_CELLS ? " (few)" : "") : "–";
    return [
      nameText(typeNames[k]),
      cells,
      ...(found ? [Number.isNaN(found[k]) ? "not tried" : found[k].toFixed(2)] : []),
      ...(levels ? [nameText(levels[k])] : []),
      nearest ? nearest.cosine.toFixed(3) : "–",
      other === undefined ? "–" : nameText(typeNames[other]),
    ];
  });
  const head = [
    "cell type",
    "cells",
    ...(found ? ["found"] : []),
    ...(levels ? ["told apart down to"] : []),
    "cosine",
    "most alike",
  ];
  const meaning = found ? " Found: how much of a type is found where it is, in that trial." : "";
  return `${told}${table("Types of the reference", head, rows)}<p>Cosine of the signatures, on the solver's scale: near 1 the two are hard to tell apart.${meaning}</p>${none}`;
}

function untried(): string {
  return "<p>Which types are mistaken for each other was not tried: that takes single cells as the reference, and one that describes the section.</p>";
}

/** What a trial of the types found, in words first. */
function toldApart({ input: { typeNames } }: Context, { pairs, weak, found }: Confusion): string {
  const nameOf = (k: number) => typeNames[k];
  const groups = confusedGroups({ pairs }).map(({ types, least, most }) => {
    const shares = least === most ? most.toFixed(2) : `${least.toFixed(2)} to ${most.toFixed(2)}`;
    return `<li>${listed(types.map(nameOf), 12)} (${shares})</li>`;
  });
  const often = pairs.filter(({ share }) => share < CONFUSED);
  const untried = (found ?? []).flatMap((share, k) => (Number.isNaN(share) ? [nameOf(k)] : []));
  const parts = [
    groups.length > 0
      ? `<p>Cannot be told apart at the depth of these spots. How they divide means little; read their sum:</p><ul>${groups.join("")}</ul>`
      : "",
    often.length > 0
      ? `<p>Often confused, so read their sum or look at markers: ${listed(often.map(({ a, b, share }) => `${nameOf(a)} and ${nameOf(b)} (${share.toFixed(2)})`))}.</p>`
      : "",
    weak.length > 0
      ? `<p>Weak, less than a third of them is found where they are: ${listed(weak.map(nameOf))}. They have few cells, or others like them.</p>`
      : "",
    pairs.length === 0 && weak.length === 0
      ? "<p>All types that could be tried can be told apart at the depth of these spots.</p>"
      : "",
    untried.length > 0 ? `<p>Too few cells to try: ${listed(untried)}.</p>` : "",
  ];
  const rows = pairs
    .slice(0, MOST_PAIRS)
    .map(({ a, b, share }) => [
      `${nameText(nameOf(a))} – ${nameText(nameOf(b))}`,
      share.toFixed(2),
      share < CONFUSED ? "often confused" : "cannot be told apart",
    ]);
  const more = pairs.length - rows.length;
  const all =
    pairs.length > 0
      ? table("Pairs that are mistaken for each other", ["types", "share", "verdict"], rows) +
        (more > 0 ? `<p>${count(more)} more that are less confused.</p>` : "")
      : "";
  return `<p>Spots of known types, mixed of the reference's cells, were solved one by one. The share says how much of two types goes to the wrong one: 0.5 where nothing tells them apart.</p>${parts.join("")}${all}`;
}
