// Numbered stops, bases, lunches and the stripes of what is unknown, drawn on a canvas when the map first needs them: no sprite file.
const RATIO = 2;

/** @typedef {import("./theme.js").Colours} Colours */

/** @param {number} size in CSS pixels */
function canvas(size) {
  const element = document.createElement("canvas");
  element.width = element.height = size * RATIO;
  const pen = element.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("this browser has no canvas");
  pen.scale(RATIO, RATIO);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  return pen;
}

/** @param {CanvasRenderingContext2D} pen @param {number} size @param {string} fill @param {string} edge */
function disc(pen, size, fill, edge) {
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - 1.5, 0, 7);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = edge;
  pen.stroke();
}

/** @param {Colours} colours @param {number} team @param {string} text */
function stop(colours, team, text) {
  const size = 22;
  const pen = canvas(size);
  disc(pen, size, colours.teams[team - 1], colours.casing);
  pen.fillStyle = colours.paper;
  pen.font = `600 ${text.length > 2 ? 9 : 11}px sans-serif`;
  pen.fillText(text, size / 2, size / 2 + 0.5);
  return pen;
}

/** @param {Colours} colours @param {number} team */
function base(colours, team) {
  const size = 22;
  const pen = canvas(size);
  pen.fillStyle = colours.casing;
  pen.fillRect(2, 2, 18, 18);
  pen.fillStyle = colours.teams[team - 1];
  pen.fillRect(3.5, 3.5, 15, 15);
  pen.fillStyle = colours.paper;
  pen.fillRect(8, 8, 6, 6);
  return pen;
}

/** @param {Colours} colours @param {number} team */
function lunch(colours, team) {
  const size = 18;
  const pen = canvas(size);
  disc(pen, size, colours.paper, colours.teams[team - 1]);
  pen.beginPath();
  pen.arc(size / 2, size / 2, 3.5, 0, 7);
  pen.stroke();
  return pen;
}

/** @param {Colours} colours */
function unknown(colours) {
  const size = 16;
  const pen = canvas(size);
  pen.strokeStyle = colours.dim;
  pen.globalAlpha = 0.25;
  pen.lineWidth = 1;
  for (const shift of [-16, 0, 16]) {
    pen.beginPath();
    pen.moveTo(shift - 2, 18);
    pen.lineTo(shift + 18, -2);
    pen.stroke();
  }
  return pen;
}

/** @type {Record<string, (colours: Colours, team: number, text: string) => CanvasRenderingContext2D>} */
const DRAW = { stop, base, lunch, unknown };

/**
 * Draw the images that layers name "kind|team|text" when the map misses them.
 * @param {import("maplibre-gl").Map} map
 * @param {() => Colours} coloursNow
 */
export function drawMarks(map, coloursNow) {
  map.setMissingStyleImageResolver((id) => {
    const [kind, team, text] = id.split("|");
    if (!DRAW[kind] || map.hasImage(id)) return;
    const pen = DRAW[kind](coloursNow(), Number(team), text);
    map.addImage(id, pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height), { pixelRatio: RATIO });
  });
}
