import type { TexelFrame } from "@flashdeconv/maps/internal";

/** Where spots lie: on the texels of a picture, or each at a place of its own. */
export type Ground = TexelGround | PointGround;

export interface TexelGround {
  readonly kind: "texels";
  readonly frame: TexelFrame;
}

export interface PointGround {
  readonly kind: "points";
  /** x and y of each spot, less `origin`, in units of the positions. */
  readonly places: Float32Array;
  readonly origin: readonly [x: number, y: number];
  /** Width of a spot, in the same units. */
  readonly pitch: number;
  /** Drawn as a square along the axes, else as a disc. */
  readonly isSquare: boolean;
}

/** A byte for each texel or point. */
export type Bytes = Uint8Array;

/** Bytes that stand for no amount or class: no spot lies there; a spot does, without an answer. */
export const NO_SPOT = 0;
export const NO_ANSWER = 255;

/** Classes: byte b of 1 to 254 is class b - 1. Amounts: byte b of 1 to 254 is ((b - 1) / 253)^2 of `most`, or (b - 1) / 253 where `isLinear`. */
export interface ClassField {
  readonly kind: "classes";
  readonly bytes: Bytes;
  /** #rrggbb, one for each class. */
  readonly colors: readonly string[];
  /** Classes that are shown in colour, all by default; others are grey. */
  readonly shown?: ReadonlySet<number>;
}

export interface AmountField {
  readonly kind: "amounts";
  readonly bytes: Bytes;
  readonly isLinear?: boolean;
  /** What the largest byte stands for, and the smallest (0 by default). */
  readonly most: number;
  readonly least?: number;
  /** What the ends of the colours stand for. */
  readonly limits: readonly [low: number, high: number];
  /** Colours go by the square root. */
  readonly isRoot?: boolean;
}

/** Two to four amounts, each in a colour, added up. */
export interface BlendField {
  readonly kind: "blend";
  readonly parts: readonly (AmountField & { readonly color: string })[];
}

export type Field = ClassField | AmountField | BlendField;

/** What a map shows from where: the place in its middle, and units of the positions per CSS pixel. y grows downward. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly unitsPerPixel: number;
}

/** A picture of the tissue beneath the spots. */
export interface Backdrop {
  readonly image: ImageBitmap;
  /** From its pixels (columns, rows; corners) to units of the positions, as of a TexelFrame. */
  readonly matrix: TexelFrame["matrix"];
  /** 0 to 1. */
  readonly opacity: number;
}
