// The planner's page: round, day and team are choices of the panel; layers are choices of the legend.
import { atlas, hits } from "./atlas.js";
import { cardOfPage } from "./cards.js";
import { CellLayers, patiently } from "./cells.js";
import { all, elsewhere, maybe, touched } from "./dom.js";
import { layers, onLegend, radio } from "./legend.js";
import { latest } from "./page.js";
import "./photos.js";
import { settings } from "./texts.js";
import { reason, voice } from "./work_voice.js";

const legendChoice = () => ({ ...layers(), level: radio("level", "street") });

// Where it is bad, from the same source as the statistics map; worked out when somebody wants to see it.
const said = settings.cells ? voice() : null;
const cells = said ? new CellLayers(settings, said) : null;
const turn = latest();
/** @param {import("./theme.js").Colours} colours @param {import("./style.js").Choice} choice */
const extra = (colours, { heat = false }) =>
  cells?.extra(colours, { surface: heat ? "rate" : "none", outlines: heat }) ?? { sources: {}, below: [], above: [] };
const asked = () => (radio("of", "all") === "round" ? `round=${encodeURIComponent(settings.round)}` : "");
/** @type {string | null} */
let shown = null;

function showCells() {
  if (!cells || !map || !layers().heat || shown === asked()) return;
  const wanted = asked();
  shown = wanted;
  cells.show(wanted).then((got) => { if (!got && shown === wanted) shown = null; });
}

const { map, redraw } = atlas({ ...legendChoice(), day: settings.day, team: "", ...(cells && { extra }) });
onLegend(() => { redraw(legendChoice()); showCells(); });
if (cells && said && map) {
  cells.join(map);
  showCells();
  map.on("click", async ({ point, lngLat }) => {
    const still = turn();
    if (!layers().heat || hits(map, point, ["stops", "checkpoints", "crowds", "routes"]).length) return;
    try {
      const answer = await patiently(`${settings.cellCard}?${asked()}&at=${lngLat.lng.toFixed(6)},${lngLat.lat.toFixed(6)}`);
      const html = (await answer.text()).trim();
      if (html && still()) cardOfPage(lngLat, html).addTo(map);
    } catch (error) {
      if (still()) said.failed(reason(error));
    }
  });
}
maybe("#round", HTMLSelectElement)?.addEventListener("change", ({ currentTarget }) => {
  if (currentTarget instanceof HTMLSelectElement) currentTarget.form?.submit();
});

const days = maybe("#days", HTMLElement);
days?.addEventListener("click", (event) => {
  const link = touched(event, "a", HTMLAnchorElement);
  if (!link || elsewhere(event)) return;
  event.preventDefault();
  const day = Number(link.dataset.day);
  for (const other of all("a", HTMLAnchorElement, days)) other.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
  for (const body of all("#teams tbody", HTMLElement)) body.hidden = Number(body.dataset.day) !== day;
  history.replaceState(null, "", link.href);
  choose("");
  redraw({ day, team: "" });
});

/** @param {HTMLElement} button */
const teamOf = (button) => button.closest("tr")?.dataset.team ?? "";

/** @param {string} team */
function choose(team) {
  for (const button of all("#teams button", HTMLElement)) button.setAttribute("aria-pressed", String(team !== "" && teamOf(button) === team));
}

maybe("#teams", HTMLElement)?.addEventListener("click", (event) => {
  const button = touched(event, "button", HTMLElement);
  if (!button) return;
  const team = button.getAttribute("aria-pressed") === "true" ? "" : teamOf(button);
  choose(team);
  redraw({ team });
});
