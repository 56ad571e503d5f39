// The points of a map of requests: columns of numbers, in order of divergence, and a grid that finds the one under the
// pointer without looking at all of them.

/** Where a band of divergence ends. The points of a band share a colour and a size. */
export const edges = [0.01, 0.05, 0.2, 0.5, 0.95];
export const bandNames = ["under 0.01", "0.01 to 0.05", "0.05 to 0.2", "0.2 to 0.5", "0.5 to 0.95", "0.95 to 1"];
const cells = 128;
/** Of a map whose requests are all alike: the gateway rounds places to a ten-thousandth. */
const leastExtent = 0.001;

export class MapPoints {
  constructor({ ids, x, y, divergence }) {
    this.count = ids.length;
    this.ids = ids;
    this.x = Float32Array.from(x);
    this.y = Float32Array.from(y);
    this.divergence = Float32Array.from(divergence);
    this.indices = new Map(ids.map((id, index) => [id, index]));
    this.bands = Uint8Array.from(divergence, (value) => edges.filter((edge) => value >= edge).length);
    this.#measure();
    this.#sort();
    this.#file();
  }

  #measure() {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let index = 0; index < this.count; index += 1) {
      left = Math.min(left, this.x[index]);
      right = Math.max(right, this.x[index]);
      low = Math.min(low, this.y[index]);
      high = Math.max(high, this.y[index]);
    }
    this.box = { left, low, width: Math.max(right - left, leastExtent), height: Math.max(high - low, leastExtent) };
    this.middle = { x: (left + right) / 2, y: (low + high) / 2 };
  }

  /** The most divergent last, so that they are drawn over the others. */
  #sort() {
    this.sizes = new Array(bandNames.length).fill(0);
    for (const band of this.bands) this.sizes[band] += 1;
    const next = this.sizes.map((_, band) => this.sizes.slice(0, band).reduce((sum, size) => sum + size, 0));
    this.order = new Uint32Array(this.count);
    for (let index = 0; index < this.count; index += 1) this.order[next[this.bands[index]]++] = index;
  }

  #cell(x, y) {
    const { left, low, width, height } = this.box;
    const clamp = (value) => Math.max(0, Math.min(cells - 1, Math.floor(value * cells)));
    return [clamp((x - left) / width), clamp((y - low) / height)];
  }

  #file() {
    this.starts = new Uint32Array(cells * cells + 1);
    const places = new Uint32Array(this.count);
    for (let index = 0; index < this.count; index += 1) {
      const [column, row] = this.#cell(this.x[index], this.y[index]);
      places[index] = row * cells + column;
      this.starts[places[index] + 1] += 1;
    }
    for (let place = 0; place < cells * cells; place += 1) this.starts[place + 1] += this.starts[place];
    const next = this.starts.slice(0, -1);
    this.filed = new Uint32Array(this.count);
    for (let index = 0; index < this.count; index += 1) this.filed[next[places[index]]++] = index;
  }

  /**
   * The point nearest to a place, within `radius`: of several at one place the most divergent, with how many there are.
   * Repeated requests lie on one another. Null when there is none.
   */
  nearest(x, y, radius) {
    const [left, low] = this.#cell(x - radius, y - radius);
    const [right, high] = this.#cell(x + radius, y + radius);
    let found = null;
    let least = radius * radius;
    let stacked = 0;
    for (let row = low; row <= high; row += 1) {
      for (let place = row * cells + left; place <= row * cells + right; place += 1) {
        for (let at = this.starts[place]; at < this.starts[place + 1]; at += 1) {
          const index = this.filed[at];
          const distance = (this.x[index] - x) ** 2 + (this.y[index] - y) ** 2;
          if (distance > least) continue;
          const isSame = found !== null && this.x[index] === this.x[found] && this.y[index] === this.y[found];
          stacked = isSame ? stacked + 1 : 1;
          if (!isSame || this.divergence[index] > this.divergence[found]) found = index;
          least = distance;
        }
      }
    }
    return found === null ? null : { index: found, id: this.ids[found], stacked };
  }
}
