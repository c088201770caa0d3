// One texture for all cells, drawn by the graphics card: a byte a surface and one for the flag, so that a change of
// surface, outline or theme costs nothing, and a pan no more. The raster is metric and bends on a Mercator map, so it
// lies on a mesh whose points the server has projected.
import { MercatorCoordinate } from "./vendor/maplibre-gl/maplibre-gl.mjs";
import { FRAGMENT, MOST, VERTEX } from "./cell_shader.js";

/**
 * What the server sent.
 * @typedef {{ columns: number, rows: number, parts: number, mesh: number[], bytes: Uint8Array }} Cells
 * @typedef {{ channel: number, classes: string[], outlined: boolean, colours: import("./theme.js").Colours | null }} Look
 * @typedef {WebGL2RenderingContext} GL
 * @typedef {{ program: WebGLProgram, texture: WebGLTexture, array: WebGLVertexArrayObject, points: WebGLBuffer, corners: WebGLBuffer }} Held
 */

const OPACITY = 0.82;

/** @param {string} text a colour as #rrggbb; grey where it is none @param {number} [alpha] */
export function rgba(text, alpha = 1) {
  const parts = /^#(..)(..)(..)$/.exec(text.trim()) ?? ["", "80", "80", "80"];
  return [...parts.slice(1).map((part) => Number.parseInt(part, 16) / 255), alpha];
}

/** @param {GL} gl */
function program(gl) {
  const made = gl.createProgram();
  for (const [kind, text] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]])) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("the graphics card has gone");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader) ?? "shader");
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return made;
}

/** Return the corners of the triangles of a square mesh. @param {number} parts of a side */
export function triangles(parts) {
  const across = parts + 1;
  const corners = [];
  for (let row = 0; row < parts; row += 1) {
    for (let column = 0; column < parts; column += 1) {
      const first = row * across + column;
      corners.push(first, first + 1, first + across, first + 1, first + across + 1, first + across);
    }
  }
  return new Uint16Array(corners);
}

/** The mesh around its middle, in whole worlds: a place on the map and the part of the raster that lies there. @param {Cells} cells */
function mesh({ mesh: degrees, parts }) {
  const points = Array.from({ length: degrees.length / 2 }, (_, i) => MercatorCoordinate.fromLngLat([degrees[2 * i], degrees[2 * i + 1]]));
  const middle = points[Math.floor(points.length / 2)];
  const across = parts + 1;
  const vertices = new Float32Array(points.flatMap(({ x, y }, i) => [x - middle.x, y - middle.y, (i % across) / parts, Math.floor(i / across) / parts]));
  return { middle, vertices, corners: triangles(parts) };
}

/** Move a matrix to an origin in double precision, which the card lacks. @param {ArrayLike<number>} matrix @param {{ x: number, y: number }} origin */
export function moved(matrix, { x, y }) {
  const out = Float64Array.from(matrix);
  for (let i = 0; i < 4; i += 1) out[12 + i] += out[i] * x + out[4 + i] * y;
  return new Float32Array(out);
}

/** @param {GL} gl @param {Cells} cells */
function uploadTexture(gl, cells) {
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, cells.columns, cells.rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, cells.bytes);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
}

/** @param {GL} gl @param {Held} held @param {ReturnType<typeof mesh>} shape */
function uploadMesh(gl, held, shape) {
  gl.bindVertexArray(held.array);
  gl.bindBuffer(gl.ARRAY_BUFFER, held.points);
  gl.bufferData(gl.ARRAY_BUFFER, shape.vertices, gl.STATIC_DRAW);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, held.corners);
  gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, shape.corners, gl.STATIC_DRAW);
  for (const [name, offset] of /** @type {[string, number][]} */ ([["place", 0], ["part", 8]])) {
    const at = gl.getAttribLocation(held.program, name);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 16, offset);
  }
}

/** The layer: fill takes what the server sent, look how it looks, and hidden says when it rests. */
export class CellTexture {
  id = "cells-far";
  type = /** @type {const} */ ("custom");
  renderingMode = /** @type {const} */ ("2d");
  /** @type {() => boolean} */ hidden = () => false;
  /** @type {Cells | null} */ cells = null;
  /** @type {Look} */ #look = { channel: -1, classes: [], outlined: false, colours: null };
  /** @type {Held | null} */ #held = null;
  /** @type {ReturnType<typeof mesh> | null} */ #shape = null;
  #fresh = false;

  /** @param {Cells} cells */
  fill(cells) {
    this.cells = cells;
    this.#fresh = true;
  }

  /** @param {Look} look */
  look(look) {
    this.#look = look;
  }

  /** @param {unknown} _map @param {any} gl */
  onAdd(_map, gl) {
    this.#held = { program: program(gl), texture: gl.createTexture(), array: gl.createVertexArray(), points: gl.createBuffer(), corners: gl.createBuffer() };
    this.#fresh = this.cells !== null;
  }

  /** @param {unknown} _map @param {any} gl */
  onRemove(_map, gl) {
    const held = this.#held;
    if (!held) return;
    gl.deleteProgram(held.program);
    gl.deleteTexture(held.texture);
    gl.deleteVertexArray(held.array);
    for (const buffer of [held.points, held.corners]) gl.deleteBuffer(buffer);
  }

  /** @param {GL} gl @param {Held} held @param {Cells} cells @param {ArrayLike<number>} matrix moved to the middle of the mesh */
  #uniforms(gl, held, cells, matrix) {
    const where = (/** @type {string} */ name) => gl.getUniformLocation(held.program, name);
    const { channel, classes, outlined, colours } = this.#look;
    gl.uniformMatrix4fv(where("matrix"), false, Float32Array.from(matrix));
    gl.uniform2f(where("size"), cells.columns, cells.rows);
    gl.uniform1i(where("channel"), channel);
    gl.uniform1i(where("outlined"), outlined ? 1 : 0);
    gl.uniform1i(where("cells"), 0);
    gl.uniform1f(where("ratio"), globalThis.devicePixelRatio || 1);
    if (classes.length) gl.uniform4fv(where("palette"), Array.from({ length: MOST }, (_, i) => rgba(classes[Math.min(i, classes.length - 1)], OPACITY)).flat());
    if (!colours) return;
    gl.uniform4fv(where("hot"), rgba(colours.hot));
    gl.uniform4fv(where("cold"), rgba(colours.cold));
    gl.uniform4fv(where("casing"), rgba(colours.casing, 0.85));
    gl.uniform4fv(where("unknown"), rgba(colours.dim, 0.22));
  }

  /** @param {any} gl @param {{ defaultProjectionData: { mainMatrix: any } }} view */
  render(gl, { defaultProjectionData }) {
    const held = this.#held;
    if (!held || !this.cells?.columns || this.hidden()) return;
    gl.useProgram(held.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, held.texture);
    if (this.#fresh || !this.#shape) {
      this.#fresh = false;
      this.#shape = mesh(this.cells);
      uploadTexture(gl, this.cells);
      uploadMesh(gl, held, this.#shape);
    }
    gl.bindVertexArray(held.array);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#uniforms(gl, held, this.cells, moved(defaultProjectionData.mainMatrix, this.#shape.middle));
    gl.drawElements(gl.TRIANGLES, this.#shape.corners.length, gl.UNSIGNED_SHORT, 0);
    gl.bindVertexArray(null);
  }
}
