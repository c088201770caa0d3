// A street office's page: its zone, its checkpoints, what was found there.
import { atlas } from "./atlas.js";
import { layers, onLegend } from "./legend.js";

const { redraw } = atlas({ ...layers(), level: "" });
onLegend(() => redraw(layers()));
