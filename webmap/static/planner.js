// The planner's page: round, day and team are choices of the panel; layers are choices of the legend.
import { atlas } from "./atlas.js";
import { cardOfPage } from "./cards.js";
import { cellLayers, patiently, reason, voice } from "./cells.js";
import { latest } from "./page.js";
import "./photos.js";
import { settings } from "./texts.js";

const legend = document.querySelector("#legend form");
const layers = () => Object.fromEntries([...legend.querySelectorAll("[name=layer]")].map((box) => [box.value, box.checked]));
const radio = (name, otherwise) => legend.querySelector(`[name=${name}]:checked`)?.value ?? otherwise;
const legendChoice = () => ({ ...layers(), level: radio("level", "street") });

// Where it is bad, from the same source as the statistics map; worked out when somebody wants to see it.
const said = settings.cells ? voice() : null;
const cells = said ? cellLayers(settings, said) : null;
const turn = latest();
const extra = (colours, { heat }) => cells.extra(colours, { surface: heat ? "rate" : "none", outlines: heat });
const asked = () => (radio("of", "all") === "round" ? `round=${encodeURIComponent(settings.round)}` : "");
let shown = null;

function showCells() {
  if (!cells || !map || !layers().heat || shown === asked()) return;
  const wanted = asked();
  shown = wanted;
  cells.show(wanted).then((got) => { if (!got && shown === wanted) shown = null; });
}

const { map, redraw } = atlas({ ...legendChoice(), day: settings.day, team: "", ...(cells && { extra }) });
legend.addEventListener("change", () => { redraw(legendChoice()); showCells(); });
if (cells && map) {
  cells.join(map);
  showCells();
  map.on("click", async ({ point, lngLat }) => {
    const still = turn();
    const others = ["stops", "checkpoints", "routes"].filter((id) => map.getLayer(id));
    if (!layers().heat || map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]], { layers: others }).length) return;
    try {
      const answer = await patiently(`${settings.cellCard}?${asked()}&at=${lngLat.lng.toFixed(6)},${lngLat.lat.toFixed(6)}`);
      const html = (await answer.text()).trim();
      if (html && still()) cardOfPage(lngLat, html).addTo(map);
    } catch (error) {
      if (still()) said.failed(reason(error));
    }
  });
}
document.querySelector("#round")?.addEventListener("change", ({ target }) => target.form.submit());
if (matchMedia("(max-width: 800px)").matches) document.querySelector("#legend").open = false;

const days = document.querySelector("#days");
days?.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const day = Number(link.dataset.day);
  for (const one of days.querySelectorAll("a")) one.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
  for (const body of document.querySelectorAll("#teams tbody")) body.hidden = Number(body.dataset.day) !== day;
  history.replaceState(null, "", link.href);
  choose("");
  redraw({ day, team: "" });
});

function choose(team) {
  for (const button of document.querySelectorAll("#teams button")) {
    button.setAttribute("aria-pressed", String(team !== "" && button.closest("tr").dataset.team === team));
  }
}

document.querySelector("#teams")?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const team = button.getAttribute("aria-pressed") === "true" ? "" : button.closest("tr").dataset.team;
  choose(team);
  redraw({ team });
});
