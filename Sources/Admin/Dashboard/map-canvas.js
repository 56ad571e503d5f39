// Draws the points of a map into the pixels of a canvas. Twenty thousand points are some milliseconds: each is a stamp
// of a few pixels, without a call of the canvas' own.

import { bandNames } from "./map-points.js";

const radii = [1.8, 2, 2.3, 2.7, 3.2, 3.8];

/** `#rrggbb` as one pixel. */
function pixel(colour) {
  const value = Number.parseInt(colour.trim().slice(1), 16);
  return (255 << 24 | (value & 255) << 16 | (value >> 8 & 255) << 8 | value >> 16) >>> 0;
}

function mixed(colour, other, share) {
  let result = 0;
  for (const shift of [0, 8, 16, 24]) {
    const value = (colour >>> shift & 255) * share + (other >>> shift & 255) * (1 - share);
    result |= Math.round(value) << shift;
  }
  return result >>> 0;
}

export class MapCanvas {
  marked = null;
  current = null;
  showsCross = false;
  #context;
  #image = null;

  constructor(canvas) {
    this.canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.centre = { x: 0, y: 0 };
    this.scale = 1;
  }

  /** Takes size, density and colours from the page; `points` may be null. */
  prepare(points) {
    this.points = points;
    const { canvas } = this;
    this.density = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * this.density));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * this.density));
    this.#image = this.#context.createImageData(canvas.width, canvas.height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    const style = getComputedStyle(canvas);
    this.#back = pixel(style.getPropertyValue("--back"));
    this.#line = style.getPropertyValue("--text");
    this.#colours = bandNames.map((_, band) => pixel(style.getPropertyValue(`--divergence-${band}`)));
    this.#dimmed = this.#colours.map((colour) => mixed(colour, this.#back, 0.3));
    this.#stamps = radii.map((radius) => stamp(radius * this.density, canvas.width));
  }

  #pixels;
  #back;
  #line;
  #colours;
  #dimmed;
  #stamps;

  fit() {
    const { width, height } = this.points.box;
    this.centre = { ...this.points.middle };
    this.scale = 0.94 * Math.min(this.canvas.clientWidth / width, this.canvas.clientHeight / height);
    this.least = this.scale / 2;
  }

  /** Page pixels in the canvas to the plane. */
  place(left, top) {
    return {
      x: this.centre.x + (left - this.canvas.clientWidth / 2) / this.scale,
      y: this.centre.y - (top - this.canvas.clientHeight / 2) / this.scale,
    };
  }

  pan(right, down) {
    this.centre.x += right / this.scale;
    this.centre.y -= down / this.scale;
  }

  /** Keeps what is under (left, top) where it is. */
  zoom(factor, left = this.canvas.clientWidth / 2, top = this.canvas.clientHeight / 2) {
    const before = this.place(left, top);
    this.scale = Math.min(Math.max(this.scale * factor, this.least), this.least * 4000);
    const after = this.place(left, top);
    this.centre.x += before.x - after.x;
    this.centre.y += before.y - after.y;
  }

  draw() {
    this.#pixels.fill(this.#back);
    const { order, bands } = this.points;
    const colours = this.marked ? this.#dimmed : this.#colours;
    for (let at = 0; at < order.length; at += 1) this.#dot(order[at], bands[order[at]], colours);
    if (this.marked) for (const index of this.marked) this.#dot(index, bands[index], this.#colours);
    this.#context.putImageData(this.#image, 0, 0);
    this.#drawRings();
  }

  #dot(index, band, colours) {
    const { width, height } = this.canvas;
    const { x, y } = this.points;
    const scale = this.scale * this.density;
    const left = Math.round(width / 2 + (x[index] - this.centre.x) * scale);
    const top = Math.round(height / 2 - (y[index] - this.centre.y) * scale);
    const { reach, offsets } = this.#stamps[band];
    if (left < reach || top < reach || left >= width - reach || top >= height - reach) return;
    const start = top * width + left;
    const colour = colours[band];
    for (let at = 0; at < offsets.length; at += 1) this.#pixels[start + offsets[at]] = colour;
  }

  #drawRings() {
    const context = this.#context;
    const { x, y } = this.points;
    const ring = (index, radius) => {
      const left = this.canvas.width / 2 + (x[index] - this.centre.x) * this.scale * this.density;
      const top = this.canvas.height / 2 - (y[index] - this.centre.y) * this.scale * this.density;
      context.moveTo(left + radius * this.density, top);
      context.arc(left, top, radius * this.density, 0, 2 * Math.PI);
    };
    context.strokeStyle = this.#line;
    context.lineWidth = this.density;
    context.beginPath();
    if (this.marked && this.marked.length <= 2000) for (const index of this.marked) ring(index, 5);
    context.stroke();
    context.lineWidth = 2 * this.density;
    context.beginPath();
    if (this.current !== null) ring(this.current, 9);
    if (this.showsCross) {
      const [middle, centre] = [this.canvas.width / 2, this.canvas.height / 2];
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(middle + dx * 12 * this.density, centre + dy * 12 * this.density);
        context.lineTo(middle + dx * 22 * this.density, centre + dy * 22 * this.density);
      }
    }
    context.stroke();
  }
}

/** A disc as distances in the pixels' row-by-row order. */
function stamp(radius, width) {
  const reach = Math.ceil(radius);
  const offsets = [];
  for (let row = -reach; row <= reach; row += 1) {
    for (let column = -reach; column <= reach; column += 1) {
      if (row * row + column * column <= radius * radius) offsets.push(row * width + column);
    }
  }
  return { reach, offsets: Int32Array.from(offsets) };
}
