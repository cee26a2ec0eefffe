/** Colour of a texel or spot from the bytes of its parts; opacity is multiplied in. */
const COLOR_OF = `
uniform sampler2D palettes;
uniform int partCount;
uniform float opacity;
vec4 colorOf(ivec4 bytes) {
  vec4 color = texelFetch(palettes, ivec2(bytes[0], 0), 0);
  // Without an answer: parts do not add up.
  if (bytes[0] != 255)
    for (int part = 1; part < partCount; part++)
      color = min(color + texelFetch(palettes, ivec2(bytes[part], part), 0), vec4(1));
  return vec4(color.rgb * color.a, color.a) * opacity;
}
`;

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
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

export const TEXELS = `${HEAD}${COLOR_OF}${TEXEL_AT}
uniform sampler2D plane0, plane1, plane2, plane3;
uniform ivec2 base;
uniform ivec2 size;
uniform float shift;
// How much wider the picture is drawn at each side, in texels: what is thinner than a pixel would be seen nowhere.
uniform vec2 slack;
// Of discs, in pixels; 0 where texels are filled.
uniform float radius;
uniform mat2 toPixels;
out vec4 color;
void main() {
  color = vec4(0);
  vec2 at = texelAt();
  float row = floor(at.y + .5);
  at.x -= ((base.y + int(row)) & 1) == 1 ? shift : 0.;
  vec2 nearest = vec2(floor(at.x + .5), row);
  ivec2 texel = base + ivec2(nearest);
  vec2 place = vec2(base) + at;
  if (any(lessThan(place, -.5 - slack)) || any(greaterThanEqual(place, vec2(size) - .5 + slack))) return;
  texel = clamp(texel, ivec2(0), size - 1);
  vec4 values = vec4(texelFetch(plane0, texel, 0).r, 0, 0, 0);
  if (partCount > 1) values[1] = texelFetch(plane1, texel, 0).r;
  if (partCount > 2) values[2] = texelFetch(plane2, texel, 0).r;
  if (partCount > 3) values[3] = texelFetch(plane3, texel, 0).r;
  color = colorOf(ivec4(values * 255. + .5));
  if (radius > 0.) color *= clamp(radius + .5 - length(toPixels * (at - nearest)), 0., 1.);
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

export const POINTS = `${HEAD}${COLOR_OF}
in vec2 place;
in vec4 values;
uniform vec2 center;
// Clip units per unit of the positions.
uniform vec2 scale;
uniform float pointSize;
flat out vec4 spotColor;
void main() {
  ivec4 bytes = ivec4(values * 255. + .5);
  // What is drawn nowhere lies outside.
  gl_Position = bytes[0] == 0 ? vec4(2, 2, 2, 1) : vec4((place - center) * scale, 0, 1);
  gl_PointSize = pointSize;
  spotColor = colorOf(bytes);
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
