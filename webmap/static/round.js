// The page of a round: day, team and stop are chosen in the panel, the timeline or on the map; all three show the same.
import { atlas } from "./atlas.js";
import { closing, closureLayers } from "./closing.js";
import { followPlanning } from "./planning.js";
import { settings } from "./texts.js";
import { timeline } from "./timeline.js";

const legend = document.querySelector("#legend form");
const layers = () => Object.fromEntries([...legend.querySelectorAll("[name=layer]")].map((box) => [box.value, box.checked]));
const choice = { ...layers(), level: "street", day: settings.day, team: "", ...(settings.closures && { extra: closureLayers }) };
const { map, redraw } = atlas(choice);
legend.addEventListener("change", () => redraw(layers()));
document.querySelector("#round")?.addEventListener("change", ({ target }) => target.form.submit());

followPlanning();
if (document.getElementById("dock")) timeline({ map, redraw, busy: () => choice.still === true });
if (map && settings.closures) closing({ map, redraw });
