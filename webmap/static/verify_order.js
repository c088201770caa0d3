// The order of texts: by code points, which is the order of their UTF-8 bytes; UTF-16 units would put U+E000 behind the surrogates.

const rank = (/** @type {number} */ unit) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

/** Compare two texts. @param {string} one @param {string} two @returns {number} below 0 when the first comes first */
export function compare(one, two) {
  const shorter = Math.min(one.length, two.length);
  for (let at = 0; at < shorter; at++) {
    const a = one.charCodeAt(at), b = two.charCodeAt(at);
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - two.length;
}
