// A team's page: its own route, and the stop that was tapped in the list.
import { atlas } from "./atlas.js";

const { map } = atlas({ routes: true, day: 0, team: "" });

document.querySelector("#route")?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-at]");
  if (!link || !map) return;
  event.preventDefault();
  map.easeTo({ center: link.dataset.at.split(",").map(Number), zoom: Math.max(map.getZoom(), 15) });
  document.querySelector("#stage").scrollIntoView({ block: "nearest", behavior: "smooth" });
});
