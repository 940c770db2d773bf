// Parts of the designer that know nothing of its state: elements, geometry, history.
"use strict";
window.yakubaDesigner = (() => {
  const SVG = document.querySelector("svg").namespaceURI;

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      if (key === "text") made.textContent = value;
      else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter(Boolean));
    return made;
  };

  const shape = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const tenth = (value) => Math.round(value * 10) / 10;
  const isBox = (box) => Array.isArray(box) && box.length === 4 && box.every((one) => Number.isFinite(one));

  // A box inside of the page, at least 1 mm wide and high.
  const inside = (box, width, height) => {
    const w = Math.min(Math.max(1, box[2]), width);
    const h = Math.min(Math.max(1, box[3]), height);
    const x = Math.min(Math.max(0, box[0]), width - w);
    const y = Math.min(Math.max(0, box[1]), height - h);
    return [x, y, w, h].map(tenth);
  };

  // Neighbouring boxes share a printed line: a drag that starts on it draws the neighbour, it moves nothing.
  const atEdge = ([x, y, w, h], [px, py]) => {
    const near = Math.min(1.2, w / 5, h / 5);
    return px - x < near || x + w - px < near || py - y < near || y + h - py < near;
  };

  const between = (from, to) => [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];

  const nearest = (value, lines, reach) => {
    let found = null;
    for (const line of lines) {
      if (Math.abs(line - value) <= reach && (found === null || Math.abs(line - value) < Math.abs(found - value))) found = line;
    }
    return found;
  };

  // Each edge goes to the printed line next to it, when there is one within reach (mm).
  const snapped = (box, lines, reach) => {
    const at = (value, of) => {
      const found = nearest(value, of, reach);
      return found === null ? value : found;
    };
    const left = at(box[0], lines.down);
    const right = at(box[0] + box[2], lines.down);
    const top = at(box[1], lines.across);
    const bottom = at(box[1] + box[3], lines.across);
    const good = right - left >= 1 && bottom - top >= 1;
    return good ? [left, top, right - left, bottom - top].map(tenth) : box;
  };

  // A moved box keeps its size: the one edge that is nearest to a line leads.
  const snappedMove = (box, lines, reach) => {
    const shift = (start, size, of) => {
      const first = nearest(start, of, reach);
      const second = nearest(start + size, of, reach);
      const moves = [];
      if (first !== null) moves.push(first - start);
      if (second !== null) moves.push(second - start - size);
      return moves.length ? moves.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a)) : 0;
    };
    return [box[0] + shift(box[0], box[2], lines.down), box[1] + shift(box[1], box[3], lines.across), box[2], box[3]].map(tenth);
  };

  // What was, what is, and what was undone, as texts.
  class History {
    constructor(start) {
      this.now = start;
      this.before = [];
      this.after = [];
    }
    note(next) {
      if (next === this.now) return false;
      this.before.push(this.now);
      if (this.before.length > 200) this.before.shift();
      this.now = next;
      this.after = [];
      return true;
    }
    step(from, to) {
      if (!from.length) return null;
      to.push(this.now);
      this.now = from.pop();
      return this.now;
    }
    undo() {
      return this.step(this.before, this.after);
    }
    redo() {
      return this.step(this.after, this.before);
    }
  }

  return { element, shape, atEdge, tenth, isBox, inside, between, snapped, snappedMove, History };
})();
