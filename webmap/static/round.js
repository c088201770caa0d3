// The page of a round: day, team and stop are chosen in the panel, the timeline or on the map; all three show the same.
import { atlas } from "./atlas.js";
import { closing, closureLayers } from "./closing.js";
import { maybe } from "./dom.js";
import { layers, onLegend } from "./legend.js";
import { followPlanning } from "./planning.js";
import { settings } from "./texts.js";
import { Timeline } from "./timeline.js";

/** @type {import("./style.js").Choice} */
const choice = { ...layers(), level: "street", day: settings.day, team: "", ...(settings.closures && { extra: closureLayers }) };
const { map, redraw } = atlas(choice);
onLegend(() => redraw(layers()));
maybe("#round", HTMLSelectElement)?.addEventListener("change", ({ currentTarget }) => {
  if (currentTarget instanceof HTMLSelectElement) currentTarget.form?.submit();
});

followPlanning();
const dock = maybe("#dock", HTMLElement);
if (dock) new Timeline(dock, { map, redraw, busy: () => choice.still === true });
if (map && settings.closures) closing({ map, redraw });
