// The page of a round: day, team and stop are chosen in the panel, the timeline or on the map; all three show the same.
import { atlas } from "./atlas.js";
import { followPlanning } from "./planning.js";
import { settings } from "./texts.js";
import { timeline } from "./timeline.js";

const legend = document.querySelector("#legend form");
const layers = () => Object.fromEntries([...legend.querySelectorAll("[name=layer]")].map((box) => [box.value, box.checked]));
const { map, redraw } = atlas({ ...layers(), level: "street", day: settings.day, team: "" });
legend.addEventListener("change", () => redraw(layers()));
document.querySelector("#round")?.addEventListener("change", ({ target }) => target.form.submit());

followPlanning();
if (settings.timeline) timeline({ map, redraw });
