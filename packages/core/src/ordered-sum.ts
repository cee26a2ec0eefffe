/**
 * Sums over spots that come out the same to the bit however the spots are split into chunks or shared among workers.
 *
 * Floating-point addition depends on its order, so the order is fixed by the data: spots are added one after the other
 * within blocks of 4,096, and the blocks are joined in a binary tree over block numbers. Neither depends on chunks. Two
 * sums over neighbouring ranges of whole blocks merge into what one sum over both would hold.
 */
export interface OrderedSum {
  readonly width: number;
  /** Finished subtrees, in spot order: node (level, index) covers blocks `index << level` to `(index + 1) << level`. */
  readonly nodes: SumNode[];
  /** Sums of the block being filled, or undefined before its first spot. */
  open: SumNode | undefined;
}

interface SumNode {
  readonly level: number;
  readonly index: number;
  readonly sums: Float64Array;
}

/** Spots per block. Part of the result's definition: another number gives other last bits. */
export const ORDERED_SUM_BLOCK = 4096;

export function buildOrderedSum(width: number): OrderedSum {
  return { width, nodes: [], open: undefined };
}

/** The array (of `width` items) that the given spot's numbers are to be added to. Spots must come in ascending order. */
export function orderedSumAt(sum: OrderedSum, spot: number): Float64Array {
  const index = Math.floor(spot / ORDERED_SUM_BLOCK);
  if (sum.open?.index !== index) {
    closeBlock(sum);
    sum.open = { level: 0, index, sums: new Float64Array(sum.width) };
  }
  return sum.open.sums;
}

/** Takes in the sums of a range that follows this one. Each range but the last must end at a multiple of the block. */
export function mergeOrderedSum(sum: OrderedSum, next: OrderedSum): void {
  closeBlock(sum);
  for (const node of next.nodes) pushNode(sum, copyNode(node));
  sum.open = next.open && copyNode(next.open);
}

/** The total, as a new array of `width` items. The sum itself stays as it is and can take more. */
export function finishOrderedSum(sum: OrderedSum): Float64Array {
  const total = new Float64Array(sum.width);
  if (sum.open) addTo(total, sum.open.sums);
  // From the last (smallest) subtree to the first: the same order for any history of merges.
  for (let i = sum.nodes.length - 1; i >= 0; i--) addTo(total, sum.nodes[i].sums);
  return total;
}

function closeBlock(sum: OrderedSum): void {
  if (!sum.open) return;
  const node = sum.open;
  sum.open = undefined;
  pushNode(sum, node);
}

/** Adds a subtree and joins it with its left sibling as long as there is one. */
function pushNode(sum: OrderedSum, node: SumNode): void {
  let current = node;
  while (current.index % 2 === 1) {
    const left = sum.nodes.at(-1);
    if (left?.level !== current.level || left.index !== current.index - 1) break;
    sum.nodes.pop();
    addTo(left.sums, current.sums);
    current = { level: current.level + 1, index: (current.index - 1) / 2, sums: left.sums };
  }
  sum.nodes.push(current);
}

function copyNode(node: SumNode): SumNode {
  return { ...node, sums: node.sums.slice() };
}

function addTo(target: Float64Array, addend: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += addend[i];
}
