// The map takes its colours from the stylesheet, so that a legend and its layer can't differ.
const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * The colours of the stylesheet by what they draw.
 * @typedef {{ paper: string, ink: string, dim: string, accent: string, error: string, land: string, streetWide: string,
 *   streetSmall: string, streetEdge: string, zone: string, halo: string, casing: string, point: string, heat: string[],
 *   count: string[], hot: string, cold: string, teams: string[] }} Colours
 */

export const TEAM_COLOURS = 12;

/** Read the map's colours as they are now. @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const series = (/** @type {string} */ name, /** @type {number} */ count) => Array.from({ length: count }, (_, i) => of(`${name}-${i + 1}`));
  return {
    paper: of("paper"), ink: of("ink"), dim: of("dim"), accent: of("accent"), error: of("error"),
    land: of("land"), streetWide: of("street-wide"), streetSmall: of("street-small"), streetEdge: of("street-edge"),
    zone: of("zone"), halo: of("halo"), casing: of("casing"), point: of("point"),
    heat: series("heat", 6), count: series("count", 6), hot: of("hot"), cold: of("cold"), teams: series("team", TEAM_COLOURS),
  };
}

/** Call back when the device changes between light and dark. @param {() => void} change */
export const onTheme = (change) => dark.addEventListener("change", change);
