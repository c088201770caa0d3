// What the standalone map draws itself. Written into the file as it is: no module, nothing is asked of any network.

/** Name the source of the streets, without Leaflet's own line before it. */
function xundianSource(map, text) {
  L.control.attribution({ prefix: false }).addAttribution(text).addTo(map);
}

/** Draw the roster: columns of steps from one dot to the next. */
function xundianDots(group, { x, y, kind, kinds, name, perDegree, colour }) {
  let lon = 0, lat = 0;
  const text = document.createElement("span");
  const tip = (at) => { text.textContent = `${name[at]} · ${kinds[kind[at]]}`; return text.innerHTML; };
  x.forEach((step, at) => {
    lon += step;
    lat += y[at];
    const dot = L.circleMarker([lat / perDegree, lon / perDegree], { radius: 2.5, weight: 0.5, color: "#fff", fillOpacity: 0.9, fillColor: colour });
    group.addLayer(dot.bindTooltip(() => tip(at)));
  });
}

/** Draw the cells, the slider of months, and tell what is known of a cell that is clicked. */
function xundianCells(map, group, edges, ground, shown) {
  "use strict";
  const given = JSON.parse(document.getElementById("cells").textContent);
  const words = given.words;
  const bar = document.getElementById("months");
  const [west, south, east, north] = given.bounds;
  const [wide, high] = given.size;
  const corners = [[south, west], [north, east]];
  const mercator = (lat) => Math.asinh(Math.tan((lat * Math.PI) / 180));
  const top = mercator(north), bottom = mercator(south);
  const small = (value) => (value < 0.001 ? "< 0.001" : value.toFixed(3));
  const number = (value, digits) => value.toFixed(digits).replace(/\.?0+$/, "");
  let arrays, rows, lookup, canvas, month = 0, playing = 0;

  map.createPane("ground").style.zIndex = 340;
  map.createPane("cells").style.zIndex = 350; // below streets and routes
  map.createPane("flags").style.zIndex = 450; // above them
  group.addLayer(L.geoJSON(ground, { interactive: false, pane: "ground", renderer: L.svg({ pane: "ground" }), style: { className: "unvisited", stroke: false } }));
  const renderer = L.svg({ pane: "flags" });
  for (const halo of [true, false]) { // a pale line below each, so that an edge shows on dark cells too
    const name = (one) => (halo ? "halo" : one.properties.flag === 1 ? "hot" : "cold");
    group.addLayer(L.geoJSON(edges, { interactive: false, pane: "flags", renderer, style: (one) => ({ className: name(one), fill: false }) }));
  }
  group.on("add", () => { bar.hidden = false; });
  group.on("remove", () => { bar.hidden = true; stop(); });
  bar.hidden = !shown;
  const thin = () => map.getPane("flags").style.setProperty("--edge", `${Math.min(2.5, Math.max(0.8, cellPx() / 5))}px`);
  map.on("zoomend", thin);
  thin();

  if (typeof DecompressionStream === "undefined") {
    fail();
    return;
  }
  unpack().then(start, fail);

  /** Give how wide a cell is on the screen. */
  function cellPx() {
    return (map.latLngToLayerPoint([south, east]).x - map.latLngToLayerPoint([south, west]).x) / given.columns;
  }

  function fail() {
    bar.textContent = words.old;
    bar.classList.add("failed");
  }

  async function unpack() {
    const text = atob(given.body);
    const bytes = Uint8Array.from(text, (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  function start(buffer) {
    const kinds = { int32: Int32Array, float32: Float32Array, uint16: Uint16Array, uint8: Uint8Array };
    let at = 0;
    arrays = {};
    for (const [name, kind, size] of given.arrays) {
      arrays[name] = new kinds[kind](buffer, at, size);
      at += arrays[name].byteLength;
    }
    rows = new Int32Array(given.columns * given.rows).fill(-1);
    arrays.cell.forEach((cell, row) => { rows[cell] = row; });
    lookup = pixels();
    canvas = document.createElement("canvas");
    canvas.width = wide;
    canvas.height = high;
    canvas.id = "surface";
    group.addLayer(L.svgOverlay(canvas, corners, { pane: "cells", className: "surface" }));
    map.on("click", (event) => tell(event.latlng));
    const slider = bar.querySelector("input");
    slider.max = given.monthNames.length;
    slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
    bar.querySelector("button").addEventListener("click", () => (playing ? stop() : play()));
    show(0);
    bar.classList.add("ready");
  }

  /** Give the row of the cell at u, v from 0 to 1 of the picture; -1 where none was visited. */
  function rowAt(u, v) {
    const basis = [1, u, v, u * u, u * v, v * v, u * u * u, u * u * v, u * v * v, v * v * v];
    const [column, line] = given.fit.map((factors) => factors.reduce((sum, factor, i) => sum + factor * basis[i], 0));
    const x = Math.floor(column), y = Math.floor(line);
    return x >= 0 && y >= 0 && x < given.columns && y < given.rows ? rows[y * given.columns + x] : -1;
  }

  /** Give the row of the cell under every pixel, once for all months. */
  function pixels() {
    const found = new Int32Array(wide * high);
    const [a, b] = given.fit;
    for (let y = 0; y < high; y += 1) {
      const v = (y + 0.5) / high;
      const fixed = (f) => [f[0] + f[2] * v + f[5] * v * v + f[9] * v * v * v, f[1] + f[4] * v + f[8] * v * v, f[3] + f[7] * v, f[6]];
      const across = fixed(a), down = fixed(b);
      for (let x = 0; x < wide; x += 1) {
        const u = (x + 0.5) / wide;
        const column = Math.floor(across[0] + u * (across[1] + u * (across[2] + u * across[3])));
        const line = Math.floor(down[0] + u * (down[1] + u * (down[2] + u * down[3])));
        const inside = column >= 0 && line >= 0 && column < given.columns && line < given.rows;
        found[y * wide + x] = inside ? rows[line * given.columns + column] : -1;
      }
    }
    return found;
  }

  function classOf(row) {
    return month ? arrays.months[(month - 1) * arrays.cell.length + row] : arrays.rateClass[row];
  }

  function show(chosen) {
    month = chosen;
    const little = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
    const tints = [0, ...given.colours.map((hex) => {
      const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
      return (little ? ((225 << 24) | (b << 16) | (g << 8) | r) : ((r << 24) | (g << 16) | (b << 8) | 225)) >>> 0;
    })];
    const tint = Uint32Array.from(arrays.cell, (_, row) => tints[classOf(row)]);
    const image = new ImageData(wide, high);
    const out = new Uint32Array(image.data.buffer);
    for (let i = 0; i < out.length; i += 1) if (lookup[i] >= 0) out[i] = tint[lookup[i]];
    canvas.getContext("2d").putImageData(image, 0, 0);
    bar.querySelector("input").value = month;
    bar.querySelector("output").textContent = month ? given.monthNames[month - 1] : words.all;
    map.getPane("flags").style.display = month ? "none" : ""; // they say what all months together show
  }

  function play() {
    playing = setInterval(() => show(month < given.monthNames.length ? month + 1 : 1), 900);
    bar.querySelector("button").textContent = "❚❚";
    bar.querySelector("button").setAttribute("aria-label", words.pause);
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
    bar.querySelector("button").textContent = "▶";
    bar.querySelector("button").setAttribute("aria-label", words.play);
  }

  function tell(place) {
    if (!map.hasLayer(group)) return;
    const row = rowAt((place.lng - west) / (east - west), (top - mercator(place.lat)) / (top - bottom));
    if (row < 0) return;
    const visits = arrays.visits[row], points = arrays.deductions[row];
    const lines = [
      [words.visits, `${visits}${visits < given.few ? ` · ${words.hardly}` : ""}`],
      [words.points, number(points, 2)],
      [words.rate, number(points / visits, 2)],
      [words.interval, `${number(arrays.rate_low[row], 2)} – ${number(arrays.rate_high[row], 2)}`],
      ["p · q", `${small(arrays.p[row])} · ${small(arrays.q[row])}`],
      [words.radius, arrays.radius[row] ? `${arrays.radius[row]} m` : ""],
      [words.inTime, words[given.names.class[arrays.class[row]]] || ""],
      [words.items, given.names.items[arrays.items[row]].split("\n").join("; ")],
      [words.zone, given.names.zone[arrays.zone[row]]],
      [words.unit, given.names.unit[arrays.unit[row]]],
    ];
    const box = document.createElement("div");
    box.className = "cell";
    box.append(Object.assign(document.createElement("b"), { textContent: [words.chance, words.hot, words.cold][arrays.flag[row]] }));
    const list = document.createElement("dl");
    for (const [name, value] of lines) {
      if (!value) continue;
      list.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
    }
    box.append(list);
    const panel = innerWidth > 600 ? 300 : 16; // the legend must not hide it
    L.popup({ maxWidth: 300, autoPanPaddingTopLeft: [panel, 16] }).setLatLng(place).setContent(box).openOn(map);
  }
}
