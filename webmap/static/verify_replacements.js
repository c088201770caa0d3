// The replacements of points that could not be inspected: the nearest reserve of the category each time, ties by ticket.

/** @typedef {import("./verify_shapes.js").Point} Point */
/** @typedef {import("./verify_shapes.js").Reveal} Reveal */

/** Square the distance of two points; it may be beyond the whole numbers of JavaScript. @param {Point} one @param {Point} two */
function squared(one, two) {
  const x = BigInt(one.x_cm - two.x_cm), y = BigInt(one.y_cm - two.y_cm);
  return x * x + y * y;
}

/** Find the reserve that comes in. @param {Point} out @param {Point[]} spare in order of their tickets */
function nearest(out, spare) {
  let best = null;
  for (const point of spare) {
    const far = squared(point, out);
    if (point.category === out.category && (best === null || far < best.far)) best = { id: point.id, far };
  }
  return best?.id ?? "";
}

/** Name what is wrong with the replacements of a reveal whose sample and reserves are right. @param {Reveal} doc @returns {string[]} */
export function replacementFaults({ parameters, frame, sample, reserves, replacements }) {
  const points = new Map(frame.map((point) => [point.id, point])), limit = parameters.replacements_limit;
  const inside = new Set(sample.map((row) => row.id));
  let spare = reserves.flatMap((row) => points.get(row.id) ?? []);
  const found = replacements.length > limit ? [`replacements: ${replacements.length}, the commitment allows ${limit}`] : [];
  replacements.forEach((line, at) => {
    const out = points.get(line.out);
    if (!out || !inside.has(line.out) || !line.reason) {
      found.push(`replacements: line ${at + 1} has no reason, or nothing to replace`);
      return;
    }
    const into = nearest(out, spare);
    if (line.into !== into) found.push(`replacements: line ${at + 1} is not by the rule`);
    inside.delete(line.out);
    if (into) inside.add(into);
    spare = spare.filter((point) => point.id !== into);
  });
  return found;
}
