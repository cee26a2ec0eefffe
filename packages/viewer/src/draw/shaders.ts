const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
`;

/** Colour of a texel or spot from the bytes of its parts, by which opacity is multiplied. */
const colorOf = (parts: number) => `
uniform sampler2D palettes;
uniform float opacity;
vec4 colorAt(float value, int part) {
  return texelFetch(palettes, ivec2(int(value * 255. + .5), part), 0);
}
vec4 colorOf(vec4 values) {
  vec4 color = colorAt(values[0], 0);
  ${
    // Without an answer parts do not add up.
    parts > 1
      ? `if (values[0] < 1.) color = min(vec4(1), color${[1, 2, 3]
          .slice(0, parts - 1)
          .map((part) => ` + colorAt(values[${part}], ${part})`)
          .join("")});`
      : ""
  }
  // Colours are opaque, or nothing.
  return color * opacity;
}
`;

/** A rectangle of the canvas, in pixels from its upper left. */
export const RECTANGLE = `${HEAD}
uniform vec4 rectangle;
uniform vec2 canvas;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 pixel = mix(rectangle.xy, rectangle.zw, corner);
  gl_Position = vec4(pixel / canvas * vec2(2, -2) + vec2(-1, 1), 0, 1);
}
`;

/** From a pixel to texels, counted from the texel that is in the middle of the canvas so that its digits suffice however near one looks. */
const TEXEL_AT = `
uniform vec2 canvas;
uniform mat2 toTexels;
uniform vec2 middle;
vec2 texelAt() {
  vec2 pixel = vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y);
  return toTexels * (pixel - canvas * .5) + middle;
}
`;

export interface TexelKind {
  readonly parts: number;
  /** Odd rows lie further along. */
  readonly isShifted: boolean;
  /** Each texel is a disc with gaps between, else filled. */
  readonly isDiscs: boolean;
  /** The picture is thinner than a pixel, and drawn wider, lest it be seen nowhere. */
  readonly isThin: boolean;
}

/** Each kind is a program of its own, since all that is asked for each pixel costs. */
export const texels = ({
  parts,
  isShifted,
  isDiscs,
  isThin,
}: TexelKind) => `${HEAD}${colorOf(parts)}${TEXEL_AT}
uniform sampler2D plane0, plane1, plane2, plane3;
uniform ivec2 base;
uniform ivec2 size;
uniform float shift;
// How much wider it is drawn at each side, in texels.
uniform ivec2 slack;
// Of discs, in pixels.
uniform float radius;
uniform mat2 toPixels;
out vec4 color;
void main() {
  vec2 at = texelAt();
  ${isShifted ? "if (((base.y + int(floor(at.y + .5))) & 1) == 1) at.x -= shift;" : ""}
  vec2 nearest = floor(at + .5);
  ivec2 texel = base + ivec2(nearest);
  ${isThin ? "if (all(greaterThanEqual(texel, -slack)) && all(lessThan(texel, size + slack))) texel = clamp(texel, ivec2(0), size - 1);" : ""}
  // What is below 0 is large as a number without a sign.
  if (any(greaterThanEqual(uvec2(texel), uvec2(size)))) {
    color = vec4(0);
    return;
  }
  color = colorOf(vec4(${[0, 1, 2, 3]
    .map((part) => (part < parts ? `texelFetch(plane${part}, texel, 0).r` : "0"))
    .join(", ")}));
  ${isDiscs ? "color *= clamp(radius + .5 - length(toPixels * (at - nearest)), 0., 1.);" : ""}
}
`;

export const IMAGE = `${HEAD}${TEXEL_AT}
uniform sampler2D image;
uniform vec2 imageSize;
uniform float opacity;
out vec4 color;
void main() {
  vec2 at = texelAt() / imageSize;
  // Derivatives are taken before any way parts.
  vec4 found = texture(image, at);
  color = any(lessThan(at, vec2(0))) || any(greaterThan(at, vec2(1))) ? vec4(0) : found * opacity;
}
`;

export const points = (parts: number) => `${HEAD}${colorOf(parts)}
in vec2 place;
in vec4 values;
uniform vec2 center;
// Clip units per unit of the positions.
uniform vec2 scale;
uniform float pointSize;
flat out vec4 spotColor;
void main() {
  // What is drawn nowhere lies outside.
  gl_Position = values[0] == 0. ? vec4(2, 2, 2, 1) : vec4((place - center) * scale, 0, 1);
  gl_PointSize = pointSize;
  spotColor = colorOf(values);
}
`;

export const POINT = `${HEAD}
flat in vec4 spotColor;
uniform float discSize;
out vec4 color;
void main() {
  float beyond = length(gl_PointCoord - .5) * discSize - discSize * .5;
  color = discSize > 0. ? spotColor * clamp(.5 - beyond, 0., 1.) : spotColor;
}
`;
