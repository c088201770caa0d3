// One texture for all cells, drawn by the graphics card: a byte a surface and one for the flag, so that a change of
// surface, outline or theme costs nothing, and a pan no more. The raster is metric and bends on a Mercator map, so it
// lies on a mesh whose points the server has projected.
import { MercatorCoordinate } from "./vendor/maplibre-gl/maplibre-gl.mjs";

const OPACITY = 0.82;
const MOST = 8; // classes of a palette

const VERTEX = `#version 300 es
uniform mat4 matrix;
in vec2 place;
in vec2 part;
out vec2 at;
void main() { at = part; gl_Position = matrix * vec4(place, 0.0, 1.0); }`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D cells;
uniform vec2 size;
uniform int channel;
uniform vec4 palette[${MOST}];
uniform bool outlined;
uniform vec4 hot;
uniform vec4 cold;
uniform vec4 casing;
uniform vec4 unknown;
uniform float ratio;
in vec2 at;
out vec4 colour;

int flag(ivec2 cell) {
  if (any(lessThan(cell, ivec2(0))) || any(greaterThanEqual(cell, ivec2(size)))) return 0;
  return int(texelFetch(cells, cell, 0).a * 255.0 + 0.5);
}
void over(vec4 paint) { colour = paint * vec4(vec3(paint.a), 1.0) + colour * (1.0 - paint.a); }

void main() {
  vec2 place = at * size;
  vec2 pixel = max(vec2(fwidth(place.x), fwidth(place.y)), 1e-6); // cells a device pixel
  ivec2 cell = clamp(ivec2(floor(place)), ivec2(0), ivec2(size) - 1);
  vec2 within = clamp(place - vec2(cell), 0.0, 1.0);
  colour = vec4(0.0);
  if (channel >= 0) {
    int code = int(texelFetch(cells, cell, 0)[channel] * 255.0 + 0.5);
    if (code >= 2) over(palette[min(code - 2, ${MOST - 1})]);
    else if (code == 1) {
      // Stripes of about 9 px that keep their place on the map while it moves.
      float apart = exp2(floor(log2(9.0 * ratio * pixel.x) + 0.5));
      float stripe = abs(fract((place.x + place.y) / apart) - 0.5) * apart / (pixel.x * 1.5);
      over(vec4(unknown.rgb, unknown.a * clamp(1.0 - stripe / ratio * 1.4, 0.0, 1.0)));
    }
  }
  if (!outlined) return;
  // How far the nearest side is beyond which the flag is another one, in pixels of the page; inside, the line is drawn.
  int own = flag(cell);
  if (own == 0) return;
  vec4 away = vec4(within.x, 1.0 - within.x, within.y, 1.0 - within.y) / vec4(pixel.x, pixel.x, pixel.y, pixel.y) / ratio;
  float side = 1e6;
  float along = 0.0;
  vec2 run = place / pixel / ratio;
  if (flag(cell + ivec2(-1, 0)) != own && away.x < side) { side = away.x; along = run.y; }
  if (flag(cell + ivec2(1, 0)) != own && away.y < side) { side = away.y; along = run.y; }
  if (flag(cell + ivec2(0, -1)) != own && away.z < side) { side = away.z; along = run.x; }
  if (flag(cell + ivec2(0, 1)) != own && away.w < side) { side = away.w; along = run.x; }
  float room = 1.0 / (max(pixel.x, pixel.y) * ratio); // pixels of a cell
  float wide = clamp(room * 0.25, 1.0, 2.5);
  if (side < wide + min(1.2, room * 0.12)) over(casing);
  if (side < wide && (own == 1 || mod(along, 8.0) < 5.0)) over(own == 1 ? hot : cold);
}`;

function rgba(text, alpha = 1) {
  const parts = /^#(..)(..)(..)$/.exec(text.trim()) ?? [0, "80", "80", "80"];
  return [...parts.slice(1).map((part) => Number.parseInt(part, 16) / 255), alpha];
}

function program(gl) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) throw new Error(gl.getShaderInfoLog(shader));
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return made;
}

/** The mesh around its middle, in whole worlds: a place on the map and the part of the raster that lies there. */
function mesh({ mesh: degrees, parts }) {
  const points = Array.from({ length: degrees.length / 2 }, (_, i) => MercatorCoordinate.fromLngLat([degrees[2 * i], degrees[2 * i + 1]]));
  const middle = points[Math.floor(points.length / 2)];
  const across = parts + 1;
  const vertices = new Float32Array(points.flatMap(({ x, y }, i) => [x - middle.x, y - middle.y, (i % across) / parts, Math.floor(i / across) / parts]));
  const corners = [];
  for (let row = 0; row < parts; row += 1) {
    for (let column = 0; column < parts; column += 1) {
      const first = row * across + column;
      corners.push(first, first + 1, first + across, first + 1, first + across + 1, first + across);
    }
  }
  return { middle, vertices, corners: new Uint16Array(corners) };
}

/** Move a matrix to an origin in double precision, which the card lacks. */
function moved(matrix, { x, y }) {
  const out = Float64Array.from(matrix);
  for (let i = 0; i < 4; i += 1) out[12 + i] += out[i] * x + out[4 + i] * y;
  return new Float32Array(out);
}

/** Make the layer. fill(cells) takes what the server sent, paint(look) how it looks; hidden() says when it rests. */
export function cellTexture() {
  let cells = null;
  let fresh = false;
  let look = { channel: -1, classes: [], outlined: false, colours: {} };
  let its = {};

  function upload(gl) {
    fresh = false;
    its.shape = mesh(cells);
    gl.bindTexture(gl.TEXTURE_2D, its.texture);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, cells.columns, cells.rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, cells.bytes);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    gl.bindVertexArray(its.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, its.points);
    gl.bufferData(gl.ARRAY_BUFFER, its.shape.vertices, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, its.corners);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, its.shape.corners, gl.STATIC_DRAW);
    for (const [name, offset] of [["place", 0], ["part", 8]]) {
      const at = gl.getAttribLocation(its.program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 16, offset);
    }
  }

  function paint(gl, matrix) {
    const where = (name) => gl.getUniformLocation(its.program, name);
    const { channel, classes, outlined, colours } = look;
    gl.uniformMatrix4fv(where("matrix"), false, moved(matrix, its.shape.middle));
    gl.uniform2f(where("size"), cells.columns, cells.rows);
    gl.uniform1i(where("channel"), channel);
    gl.uniform1i(where("outlined"), outlined ? 1 : 0);
    gl.uniform1i(where("cells"), 0);
    gl.uniform1f(where("ratio"), globalThis.devicePixelRatio || 1);
    if (classes.length) gl.uniform4fv(where("palette"), Array.from({ length: MOST }, (_, i) => rgba(classes[Math.min(i, classes.length - 1)], OPACITY)).flat());
    gl.uniform4fv(where("hot"), rgba(colours.hot));
    gl.uniform4fv(where("cold"), rgba(colours.cold));
    gl.uniform4fv(where("casing"), rgba(colours.casing, 0.85));
    gl.uniform4fv(where("unknown"), rgba(colours.dim, 0.22));
  }

  return {
    id: "cells-far",
    type: "custom",
    renderingMode: "2d",
    hidden: () => false,
    get cells() { return cells; },
    fill(given) { cells = given; fresh = true; },
    paint(given) { look = given; },
    onAdd(_map, gl) {
      its = { program: program(gl), texture: gl.createTexture(), array: gl.createVertexArray(), points: gl.createBuffer(), corners: gl.createBuffer() };
      fresh = Boolean(cells);
    },
    onRemove(_map, gl) {
      gl.deleteProgram(its.program);
      gl.deleteTexture(its.texture);
      gl.deleteVertexArray(its.array);
      for (const buffer of [its.points, its.corners]) gl.deleteBuffer(buffer);
    },
    render(gl, { defaultProjectionData }) {
      if (!cells?.columns || this.hidden()) return;
      gl.useProgram(its.program);
      gl.activeTexture(gl.TEXTURE0);
      if (fresh) upload(gl);
      gl.bindTexture(gl.TEXTURE_2D, its.texture);
      gl.bindVertexArray(its.array);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      paint(gl, defaultProjectionData.mainMatrix);
      gl.drawElements(gl.TRIANGLES, its.shape.corners.length, gl.UNSIGNED_SHORT, 0);
      gl.bindVertexArray(null);
    },
  };
}
