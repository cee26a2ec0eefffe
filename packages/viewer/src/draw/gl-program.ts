/** A pair of shaders, with their uniforms by name. */
export class Program {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #locations = new Map<string, WebGLUniformLocation | null>();

  constructor(gl: WebGL2RenderingContext, vertex: string, fragment: string) {
    this.#gl = gl;
    this.#program = gl.createProgram();
    for (const [type, text] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(type);
      // Null where the context is lost just now: what follows then does nothing, and is done again once it is restored.
      if (shader === null) continue;
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(this.#program, shader);
    }
    gl.bindAttribLocation(this.#program, 0, "place");
    gl.bindAttribLocation(this.#program, 1, "values");
    gl.linkProgram(this.#program);
    if (!gl.getProgramParameter(this.#program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`shaders were refused: ${gl.getProgramInfoLog(this.#program)}`);
    }
  }

  use(): void {
    this.#gl.useProgram(this.#program);
  }

  at(name: string): WebGLUniformLocation | null {
    let location = this.#locations.get(name);
    if (location === undefined) {
      location = this.#gl.getUniformLocation(this.#program, name);
      this.#locations.set(name, location);
    }
    return location;
  }
}
