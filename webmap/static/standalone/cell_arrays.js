// The cells as arrays: unpacked from the file, and found under a place or a pixel.

/**
 * @typedef {object} Given What the file says of its cells.
 * @property {[string, string, number][]} arrays
 * @property {string} body
 * @property {number} columns
 * @property {number} rows
 * @property {[number, number, number, number]} bounds
 * @property {[number, number]} size
 * @property {number[][]} fit
 * @property {string[]} monthNames
 * @property {number} few
 * @property {string[]} colours
 * @property {Record<string, string[]>} names
 * @property {Record<string, string>} words
 */

const KINDS = { int32: Int32Array, float32: Float32Array, uint16: Uint16Array, uint8: Uint8Array };

/**
 * Unpack the arrays.
 * @param {Given} given
 * @returns {Promise<Record<string, any>>}
 */
export async function unpacked(given) {
  const bytes = Uint8Array.from(atob(given.body), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const arrays = /** @type {Record<string, any>} */ ({});
  let at = 0;
  for (const [name, kind, size] of given.arrays) {
    arrays[name] = new KINDS[/** @type {keyof KINDS} */ (kind)](buffer, at, size);
    at += arrays[name].byteLength;
  }
  return arrays;
}

/** Return the row of each cell of the raster; -1 where none was visited. @param {Given} given @param {Int32Array} cells */
export function rowsOf(given, cells) {
  const rows = new Int32Array(given.columns * given.rows).fill(-1);
  cells.forEach((cell, row) => { rows[cell] = row; });
  return rows;
}

/**
 * Return the row of the cell at u, v from 0 to 1 of the picture; -1 where none was visited.
 * @param {Given} given
 * @param {Int32Array} rows
 * @param {number} u
 * @param {number} v
 */
export function rowAt(given, rows, u, v) {
  const basis = [1, u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v];
  const [column, line] = given.fit.map((factors) => factors.reduce((sum, factor, i) => sum + factor * basis[i], 0));
  return inside(given, rows, Math.floor(column), Math.floor(line));
}

/** Return the row of the cell under every pixel, once for all months. @param {Given} given @param {Int32Array} rows */
export function pixelRows(given, rows) {
  const [wide, high] = given.size;
  const found = new Int32Array(wide * high);
  const [a, b] = given.fit;
  for (let y = 0; y < high; y += 1) {
    const v = (y + 0.5) / high;
    const across = alongRow(a, v), down = alongRow(b, v);
    for (let x = 0; x < wide; x += 1) {
      const u = (x + 0.5) / wide;
      const column = Math.floor(across[0] + u * (across[1] + u * (across[2] + u * across[3])));
      const line = Math.floor(down[0] + u * (down[1] + u * (down[2] + u * down[3])));
      found[y * wide + x] = inside(given, rows, column, line);
    }
  }
  return found;
}

/** Return the factors of 1, u, u2, u3 where v is fixed. @param {number[]} f @param {number} v */
function alongRow(f, v) {
  return [f[0] + f[2] * v + f[5] * v * v + f[9] * v * v * v, f[1] + f[4] * v + f[8] * v * v, f[3] + f[7] * v, f[6]];
}

/** Return the row of a cell of the raster, -1 outside. @param {Given} given @param {Int32Array} rows @param {number} x @param {number} y */
function inside(given, rows, x, y) {
  return x >= 0 && y >= 0 && x < given.columns && y < given.rows ? rows[y * given.columns + x] : -1;
}

/**
 * Return colours of the picture as whole numbers, in the order of bytes of this machine; 0 is nothing.
 * @param {string[]} colours
 */
export function tintsOf(colours) {
  const little = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
  return [0, ...colours.map((hex) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    return (little ? (225 << 24) | (b << 16) | (g << 8) | r : (r << 24) | (g << 16) | (b << 8) | 225) >>> 0;
  })];
}
