// The program of the graphics card that draws all cells: classes, hatching of what is unknown, outlines of hot and cold.

export const MOST = 8; // classes of a palette

export const VERTEX = `#version 300 es
uniform mat4 matrix;
in vec2 place;
in vec2 part;
out vec2 at;
void main() { at = part; gl_Position = matrix * vec4(place, 0.0, 1.0); }`;

export const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D cells;
uniform vec2 size;
uniform int channel;
uniform vec4 palette[${MOST}];
uniform bool outlined;
uniform vec4 hot;
uniform vec4 cold;
uniform vec4 casing;
uniform vec4 unknown;
uniform float ratio;
in vec2 at;
out vec4 colour;

int flag(ivec2 cell) {
  if (any(lessThan(cell, ivec2(0))) || any(greaterThanEqual(cell, ivec2(size)))) return 0;
  return int(texelFetch(cells, cell, 0).a * 255.0 + 0.5);
}
void over(vec4 paint) { colour = paint * vec4(vec3(paint.a), 1.0) + colour * (1.0 - paint.a); }

void main() {
  vec2 place = at * size;
  vec2 pixel = max(vec2(fwidth(place.x), fwidth(place.y)), 1e-6); // cells a device pixel
  ivec2 cell = clamp(ivec2(floor(place)), ivec2(0), ivec2(size) - 1);
  vec2 within = clamp(place - vec2(cell), 0.0, 1.0);
  colour = vec4(0.0);
  if (channel >= 0) {
    int code = int(texelFetch(cells, cell, 0)[channel] * 255.0 + 0.5);
    if (code >= 2) over(palette[min(code - 2, ${MOST - 1})]);
    else if (code == 1) {
      // Stripes of about 9 px that keep their place on the map while it moves.
      float apart = exp2(floor(log2(9.0 * ratio * pixel.x) + 0.5));
      float stripe = abs(fract((place.x + place.y) / apart) - 0.5) * apart / (pixel.x * 1.5);
      over(vec4(unknown.rgb, unknown.a * clamp(1.0 - stripe / ratio * 1.4, 0.0, 1.0)));
    }
  }
  if (!outlined) return;
  // How far the nearest side is beyond which the flag is another one, in pixels of the page; inside, the line is drawn.
  int own = flag(cell);
  if (own == 0) return;
  vec4 away = vec4(within.x, 1.0 - within.x, within.y, 1.0 - within.y) / vec4(pixel.x, pixel.x, pixel.y, pixel.y) / ratio;
  float side = 1e6;
  float along = 0.0;
  vec2 run = place / pixel / ratio;
  if (flag(cell + ivec2(-1, 0)) != own && away.x < side) { side = away.x; along = run.y; }
  if (flag(cell + ivec2(1, 0)) != own && away.y < side) { side = away.y; along = run.y; }
  if (flag(cell + ivec2(0, -1)) != own && away.z < side) { side = away.z; along = run.x; }
  if (flag(cell + ivec2(0, 1)) != own && away.w < side) { side = away.w; along = run.x; }
  float room = 1.0 / (max(pixel.x, pixel.y) * ratio); // pixels of a cell
  float wide = clamp(room * 0.25, 1.0, 2.5);
  if (side < wide + min(1.2, room * 0.12)) over(casing);
  if (side < wide && (own == 1 || mod(along, 8.0) < 5.0)) over(own == 1 ? hot : cold);
}`;
