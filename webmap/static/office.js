// A street office's page: its zone, its checkpoints, what was found there.
import { atlas } from "./atlas.js";

const legend = document.querySelector("#legend form");
const layers = () => Object.fromEntries([...legend.querySelectorAll("[name=layer]")].map((box) => [box.value, box.checked]));

const { redraw } = atlas({ ...layers(), level: "" });
legend.addEventListener("change", () => redraw(layers()));
if (matchMedia("(max-width: 800px)").matches) document.querySelector("#legend").open = false;
