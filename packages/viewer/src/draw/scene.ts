import type { TexelMatrix } from "@flashdeconv/maps/internal";
import type { Backdrop, Ground, PointGround, TexelGround } from "../contracts.js";
import { tooLarge } from "./drawing-error.js";
import { extentOf } from "./extent.js";
import { Program } from "./gl-program.js";
import { MOST_PARTS } from "./palettes.js";
import { IMAGE, POINT, points, RECTANGLE, texels } from "./shaders.js";
import { type Rectangle, rectangleOf, type Shot } from "./shot.js";
import type { SpotGrid } from "./spot-grid.js";

/** Texture units: one for each part's bytes, one for their colours, one for the backdrop. */
const PALETTES = MOST_PARTS;
const IMAGE_UNIT = MOST_PARTS + 1;

/** From so many pixels on spots of hexagonal lattices are discs with gaps between, so wide of their distance. */
const LEAST_DISC = 6;
const DISC_SHARE = 0.8;
/** Smaller spots are squares: discs of so few pixels would be pale. */
const LEAST_ROUND = 3;
/** What is thinner is drawn this wide, in pixels. */
const THINNEST = 1.5;

/** What is drawn, as it lies with the graphics card. Of no more use once the context is lost. */
export class Scene {
  readonly #gl: WebGL2RenderingContext;
  /** By what they draw, made when first used. */
  readonly #programs = new Map<string, Program>();
  readonly #most: number;
  readonly #mostPoint: number;
  #ground: Ground | undefined;
  #grid: SpotGrid | undefined;
  #pitch = 1;
  #planes: WebGLTexture[] = [];
  #bytes: readonly Uint8Array[] = [];
  readonly #places: WebGLBuffer;
  readonly #values: WebGLBuffer;
  readonly #vertices: WebGLVertexArrayObject;
  #backdrop: Backdrop | undefined;
  #picture: WebGLTexture | undefined;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#most = gl.getParameter(gl.MAX_TEXTURE_SIZE) ?? 0;
    this.#mostPoint = gl.getParameter(gl.ALIASED_POINT_SIZE_RANGE)?.[1] ?? 1;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#texture(PALETTES, gl.NEAREST);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, 256, MOST_PARTS);
    this.#places = gl.createBuffer();
    this.#values = gl.createBuffer();
    this.#vertices = gl.createVertexArray();
    gl.bindVertexArray(this.#vertices);
    gl.enableVertexAttribArray(0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.enableVertexAttribArray(1);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#values);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.bindVertexArray(null);
  }

  /** Pixels on a side that can be drawn, at most. */
  get mostPixels(): number {
    return this.#most;
  }

  setGround(ground: Ground, grid: SpotGrid | undefined): void {
    if (ground.kind === "texels") {
      const side = Math.max(ground.frame.width, ground.frame.height);
      if (side > this.#most && !this.#gl.isContextLost()) throw tooLarge("the map", side, this.#most);
    }
    this.#ground = ground;
    this.#grid = grid;
    this.#pitch = extentOf(ground).pitch;
    this.setBytes([]);
    if (ground.kind !== "points" || grid === undefined) return;
    const places = new Float32Array(2 * grid.order.length);
    grid.order.forEach((spot, i) => {
      places[2 * i] = ground.places[2 * spot];
      places[2 * i + 1] = ground.places[2 * spot + 1];
    });
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
  }

  /** Sends the bytes of each part, those alone that are others than before. */
  setBytes(planes: readonly Uint8Array[]): void {
    const before = this.#bytes;
    this.#bytes = planes;
    if (this.#ground?.kind === "texels") this.#sendTexels(this.#ground, planes, before);
    else if (planes.some((bytes, i) => bytes !== before[i])) this.#sendValues(planes);
  }

  /** Forgets what was sent, so that bytes that were changed in place are sent again. */
  forgetBytes(): void {
    this.setBytes([]);
  }

  setPalettes(palettes: Uint8Array): void {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0 + PALETTES);
    const parts = palettes.length / 1024;
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, parts, gl.RGBA, gl.UNSIGNED_BYTE, palettes);
  }

  setBackdrop(backdrop: Backdrop | undefined): void {
    const gl = this.#gl;
    const isOther = backdrop?.image !== this.#backdrop?.image;
    if (backdrop !== undefined) {
      const side = Math.max(backdrop.image.width, backdrop.image.height);
      if (side > this.#most && !gl.isContextLost())
        throw tooLarge("the picture beneath the map", side, this.#most);
    }
    this.#backdrop = backdrop;
    if (!isOther) return;
    if (this.#picture !== undefined) gl.deleteTexture(this.#picture);
    this.#picture = undefined;
    if (backdrop === undefined) return;
    const { image } = backdrop;
    this.#picture = this.#texture(IMAGE_UNIT, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, image);
    gl.generateMipmap(gl.TEXTURE_2D);
  }

  draw(shot: Shot, opacity: number): void {
    const gl = this.#gl;
    gl.viewport(0, 0, shot.width, shot.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.disable(gl.BLEND);
    if (this.#backdrop !== undefined) this.#drawBackdrop(this.#backdrop, shot);
    if (this.#ground === undefined || this.#bytes.length === 0) return;
    // What is beneath shows through; texels over nothing need not ask, as a pixel shows one.
    if (this.#backdrop !== undefined || this.#ground.kind === "points") gl.enable(gl.BLEND);
    if (this.#ground.kind === "texels") this.#drawTexels(this.#ground, shot, opacity);
    else this.#drawPoints(this.#ground, shot, opacity);
  }

  #drawBackdrop({ image, matrix: m, opacity }: Backdrop, shot: Shot): void {
    const gl = this.#gl;
    const program = this.#program("image", RECTANGLE, () => IMAGE);
    // Corners of its pixels, as the shader counts; texels are counted from their middles.
    const { middle } = this.#placeTexels(program, m, shot);
    gl.uniform2f(program.at("middle"), ...middle);
    gl.uniform2f(program.at("imageSize"), image.width, image.height);
    gl.uniform1f(program.at("opacity"), opacity);
    gl.uniform1i(program.at("image"), IMAGE_UNIT);
    this.#drawRectangle(program, rectangleOf(m, [0, 0, image.width, image.height], shot), shot);
  }

  #drawTexels({ frame }: TexelGround, shot: Shot, opacity: number): void {
    const gl = this.#gl;
    const { matrix: m, width, height, shift, isLattice } = frame;
    const [along, down] = [Math.hypot(m[0], m[3]), Math.hypot(m[1], m[4])].map(
      (one) => one / shot.unitsPerPixel,
    );
    const aslant = Math.hypot(m[1] + shift * m[0], m[4] + shift * m[3]) / shot.unitsPerPixel;
    const apart = Math.min(along, aslant);
    const isDiscs = isLattice && shift > 0 && apart >= LEAST_DISC;
    const parts = this.#bytes.length;
    const slack = [THINNEST / along - width, THINNEST / down - height].map((one) =>
      Math.max(0, Math.ceil(one / 2)),
    );
    const kind = { parts, isShifted: shift > 0, isDiscs, isThin: slack[0] + slack[1] > 0 };
    const program = this.#program(`texels ${Object.values(kind)}`, RECTANGLE, () => texels(kind));
    const { middle } = this.#placeTexels(program, m, shot);
    const base = middle.map(Math.round) as [number, number];
    gl.uniform2f(program.at("middle"), middle[0] - base[0], middle[1] - base[1]);
    gl.uniform2i(program.at("base"), ...base);
    gl.uniform2i(program.at("size"), width, height);
    gl.uniform1f(program.at("shift"), shift);
    gl.uniform2i(program.at("slack"), slack[0], slack[1]);
    gl.uniform1f(program.at("radius"), (DISC_SHARE / 2) * apart);
    const pixels = [m[0], m[3], m[1], m[4]].map((one) => one / shot.unitsPerPixel);
    gl.uniformMatrix2fv(program.at("toPixels"), false, pixels);
    for (let part = 0; part < MOST_PARTS; part++) {
      gl.uniform1i(program.at(`plane${part}`), part);
      gl.activeTexture(gl.TEXTURE0 + part);
      // A sampler that nothing is read from needs a texture nevertheless.
      gl.bindTexture(gl.TEXTURE_2D, this.#planes[part] ?? this.#planes[0]);
    }
    this.#colors(program, opacity);
    this.#drawRectangle(program, rectangleOf(m, [-0.5, -0.5, width + 0.5, height - 0.5], shot), shot);
  }

  #drawPoints(ground: PointGround, shot: Shot, opacity: number): void {
    const gl = this.#gl;
    const parts = this.#bytes.length;
    const program = this.#program(`points ${parts}`, points(parts), () => POINT);
    const { origin, isSquare } = ground;
    const pitch = this.#pitch / shot.unitsPerPixel;
    const size = Math.min(this.#mostPoint, Math.max(1, pitch));
    // Spots whose middles lie beside the canvas are seen in part: the viewport takes them in.
    const pad = Math.ceil(size / 2) + 1;
    const [width, height] = [shot.width + 2 * pad, shot.height + 2 * pad];
    gl.viewport(-pad, -pad, width, height);
    const [x, y] = [shot.x - origin[0], shot.y - origin[1]];
    gl.uniform2f(program.at("center"), x, y);
    gl.uniform2f(program.at("scale"), 2 / (width * shot.unitsPerPixel), -2 / (height * shot.unitsPerPixel));
    gl.uniform1f(program.at("pointSize"), size);
    gl.uniform1f(program.at("discSize"), isSquare || size < LEAST_ROUND ? 0 : size);
    this.#colors(program, opacity);
    gl.bindVertexArray(this.#vertices);
    const [dx, dy] = [width, height].map((pixels) => (pixels / 2) * shot.unitsPerPixel);
    for (const [from, to] of this.#grid?.runsWithin(x - dx, y - dy, [x + dx, y + dy]) ?? []) {
      if (to > from) gl.drawArrays(gl.POINTS, from, to - from);
    }
    gl.bindVertexArray(null);
  }

  #program(name: string, vertex: string, fragment: () => string): Program {
    let program = this.#programs.get(name);
    if (program === undefined) {
      program = new Program(this.#gl, vertex, fragment());
      this.#programs.set(name, program);
    }
    program.use();
    return program;
  }

  /** Tells a program how texels lie on the canvas; returns where its middle lies among them. */
  #placeTexels(program: Program, m: TexelMatrix, shot: Shot): { middle: [number, number] } {
    const gl = this.#gl;
    const determinant = m[0] * m[4] - m[1] * m[3];
    const inverse = [m[4], -m[3], -m[1], m[0]].map((one) => one / determinant);
    gl.uniformMatrix2fv(
      program.at("toTexels"),
      false,
      inverse.map((one) => one * shot.unitsPerPixel),
    );
    const [dx, dy] = [shot.x - m[2], shot.y - m[5]];
    return { middle: [inverse[0] * dx + inverse[2] * dy, inverse[1] * dx + inverse[3] * dy] };
  }

  #colors(program: Program, opacity: number): void {
    const gl = this.#gl;
    gl.uniform1i(program.at("palettes"), PALETTES);
    gl.uniform1f(program.at("opacity"), opacity);
  }

  #drawRectangle(program: Program, rectangle: Rectangle, { width, height }: Shot): void {
    const gl = this.#gl;
    gl.uniform4f(program.at("rectangle"), ...rectangle);
    gl.uniform2f(program.at("canvas"), width, height);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #sendTexels({ frame }: TexelGround, planes: readonly Uint8Array[], before: readonly Uint8Array[]): void {
    const gl = this.#gl;
    const kept = new Map(before.map((bytes, i) => [bytes, this.#planes[i]]));
    this.#planes = planes.map((bytes) => {
      const found = kept.get(bytes);
      if (found !== undefined) return found;
      const plane = this.#texture(0, gl.NEAREST);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, frame.width, frame.height);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, frame.width, frame.height, gl.RED, gl.UNSIGNED_BYTE, bytes);
      kept.set(bytes, plane);
      return plane;
    });
    for (const plane of new Set(kept.values())) {
      if (!this.#planes.includes(plane)) gl.deleteTexture(plane);
    }
  }

  #sendValues(planes: readonly Uint8Array[]): void {
    const gl = this.#gl;
    const order = this.#grid?.order ?? new Uint32Array(0);
    const values = new Uint8Array(4 * order.length);
    planes.forEach((bytes, part) => {
      for (let i = 0; i < order.length; i++) values[4 * i + part] = bytes[order[i]];
    });
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#values);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }

  #texture(unit: number, filter: number): WebGLTexture {
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }
}
