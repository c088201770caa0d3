// SHA-256 (FIPS 180-4) in plain JavaScript, as crypto.subtle is missing where a page isn't served over HTTPS; and bytes as text.

/** @returns {{ rounds: number[], start: number[] }} the constants: fractions of the roots of the first primes */
function constants() {
  /** @type {number[]} */
  const rounds = [], start = [];
  const part = (/** @type {number} */ x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
  for (let n = 2; rounds.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (start.length < 8) start.push(part(Math.sqrt(n)));
    rounds.push(part(Math.cbrt(n)));
  }
  return { rounds, start };
}

const { rounds: ROUNDS, start: START } = constants();
const BLOCK = 64;

const turned = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));

/** Mix one block of 16 words into the state. @param {Int32Array} state @param {Int32Array} w */
function mix(state, w) {
  for (let t = 16; t < 64; t++) {
    const a = w[t - 15], b = w[t - 2];
    w[t] = w[t - 16] + (turned(a, 7) ^ turned(a, 18) ^ (a >>> 3)) + w[t - 7] + (turned(b, 17) ^ turned(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[t] + w[t]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, t) => { state[t] += value; });
}

/** Hash bytes. @param {Uint8Array} bytes @returns {Uint8Array} 32 of them */
export function sha256(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / BLOCK);
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(blocks * BLOCK - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(blocks * BLOCK - 4, (bytes.length * 8) >>> 0);
  const state = Int32Array.from(START), w = new Int32Array(64);
  for (let block = 0; block < blocks; block++) {
    for (let t = 0; t < 16; t++) w[t] = view.getInt32(block * BLOCK + t * 4);
    mix(state, w);
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((value, t) => out.setInt32(t * 4, value));
  return new Uint8Array(out.buffer);
}

/** Authenticate a message under a key of at most 64 bytes: HMAC-SHA-256 (FIPS 198-1). @param {Uint8Array} key @param {Uint8Array} message */
export function hmac(key, message) {
  const padded = new Uint8Array(BLOCK);
  padded.set(key);
  const inner = sha256(join(padded.map((byte) => byte ^ 0x36), message));
  return sha256(join(padded.map((byte) => byte ^ 0x5c), inner));
}

export const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
export const hex = (/** @type {Uint8Array} */ bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (/** @type {string} */ text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

/** Put bytes behind each other. @param {(Uint8Array | number[])[]} parts */
export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
