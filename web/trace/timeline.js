// The canvas: rows of threads, lanes of spans, arrows. Draws what is in view only, and no more than one box a pixel and
// lane, so tens of thousands of spans stay smooth.
import { formatTime } from '../common/format.js';
import { colorOf, readColors } from './colors.js';
import { Kind, roleNames, titleOf } from './model.js';

const kAxis = 26;
const kHead = 20;
const kLane = 19;
const kGap = 8;
const kMostArrows = 400;

// The first span of a lane that ends after the time.
function firstAfter(lane, time) {
  let low = 0;
  let high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane[middle].end <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tickStep(span, width) {
  const wanted = (span * 90) / Math.max(width, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  for (const factor of [1, 2, 5]) if (power * factor >= wanted) return power * factor;
  return power * 10;
}

export class Timeline {
  constructor(canvas, model, { onSelect, onView }) {
    Object.assign(this, { canvas, model, onSelect, onView });
    this.context = canvas.getContext('2d');
    this.begin = 0;
    this.end = model.duration;
    this.selected = null;
    this.hovered = null;
    this.matches = null;
    this.pointers = new Map();
    this.layOut();
    this.listen();
    this.restyle();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.restyle());
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    this.resize();
  }

  layOut() {
    let y = kAxis;
    for (const thread of this.model.threads) {
      thread.y = y;
      y += kHead + Math.max(thread.lanes.length, 1) * kLane + kGap;
    }
    this.height = y;
  }

  restyle() {
    this.colors = readColors();
    this.draw();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    this.width = this.canvas.parentElement.clientWidth;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.height = `${this.height}px`;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw();
  }

  // View
  x(time) {
    return ((time - this.begin) / (this.end - this.begin)) * this.width;
  }
  time(x) {
    return this.begin + (x / this.width) * (this.end - this.begin);
  }
  show(begin, end) {
    const least = Math.min(200, this.model.duration);
    const length = Math.min(Math.max(end - begin, least), this.model.duration);
    const middle = (begin + end) / 2;
    this.begin = Math.min(Math.max(middle - length / 2, 0), this.model.duration - length);
    this.end = this.begin + length;
    this.onView();
    this.draw();
  }
  zoom(factor, x = this.width / 2) {
    const at = this.time(x);
    const length = (this.end - this.begin) / factor;
    const begin = at - (x / this.width) * length;
    this.show(begin, begin + length);
  }
  pan(pixels) {
    const by = (pixels / this.width) * (this.end - this.begin);
    const begin = Math.min(Math.max(this.begin + by, 0), this.model.duration - (this.end - this.begin));
    this.show(begin, begin + this.end - this.begin);
  }
  showSpan(span) {
    const around = Math.max((span.end - span.begin) * 1.5, 2000);
    this.show(span.begin - around, span.end + around);
  }
  select(span) {
    this.selected = span;
    this.onSelect(span);
    this.draw();
  }
  setMatches(matches) {
    this.matches = matches;
    this.draw();
  }

  // Drawing
  draw() {
    if (this.pending || !this.width) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      this.paint();
    });
  }

  paint() {
    const { context: c, colors } = this;
    c.clearRect(0, 0, this.width, this.height);
    this.paintAxis();
    c.textBaseline = 'middle';
    for (const thread of this.model.threads) this.paintThread(thread);
    this.paintArrows();
    if (this.selected) this.outline(this.selected, colors.text);
  }

  paintAxis() {
    const { context: c, colors } = this;
    const step = tickStep(this.end - this.begin, this.width);
    c.font = `11px ${colors.sans}`;
    c.textBaseline = 'middle';
    for (let t = Math.ceil(this.begin / step) * step; t <= this.end; t += step) {
      const x = Math.round(this.x(t)) + 0.5;
      c.strokeStyle = colors.grid;
      c.beginPath();
      c.moveTo(x, kAxis - 4);
      c.lineTo(x, this.height);
      c.stroke();
      c.fillStyle = colors.quiet;
      const text = formatTime(t / 1e6);
      if (x + c.measureText(text).width + 6 < this.width) c.fillText(text, x + 4, kAxis / 2);
    }
  }

  paintThread(thread) {
    const { context: c, colors } = this;
    c.fillStyle = colors.text;
    c.font = `600 12px ${colors.sans}`;
    c.fillText(thread.name, 4, thread.y + kHead / 2);
    const at = c.measureText(thread.name).width + 12;
    c.fillStyle = colors.quiet;
    c.font = `11px ${colors.sans}`;
    const share = Math.round((100 * thread.busy) / this.model.duration);
    c.fillText(`at work ${share}% of the time`, at, thread.y + kHead / 2);
    c.font = `11px ${colors.mono}`;
    thread.lanes.forEach((lane, i) => this.paintLane(thread, lane, thread.y + kHead + i * kLane));
  }

  paintLane(thread, lane, y) {
    const { context: c, colors } = this;
    let reached = -1;
    for (let i = firstAfter(lane, this.begin); i < lane.length && lane[i].begin <= this.end; ++i) {
      const span = lane[i];
      const from = Math.max(this.x(span.begin), 0);
      const to = Math.min(this.x(span.end), this.width);
      const narrow = to - from < 1;
      const matched = !this.matches || this.matches.has(span);
      // One box a pixel, but what was searched for is never hidden behind a neighbour.
      if (narrow && Math.floor(from) <= reached && !(this.matches && matched)) continue;
      reached = narrow ? Math.floor(from) : reached;
      this.paintSpan(span, from, Math.max(to, from + 1), y, matched);
    }
    c.globalAlpha = 1;
  }

  paintSpan(span, from, to, y, matched) {
    const { context: c, colors } = this;
    c.globalAlpha = matched ? 1 : 0.15;
    const color = colorOf(span, colors);
    const height = kLane - 3;
    if (span.kind === Kind.idle) {
      c.fillStyle = color;
      c.fillRect(from, y + height / 2 - 1, to - from, span.detail === 0 ? 4 : 2);
      return;
    }
    if (span.kind === Kind.region) {
      c.globalAlpha *= 0.25;
      c.fillStyle = color;
      c.fillRect(from, y, to - from, height);
      return;
    }
    c.fillStyle = color;
    if (span.kind === Kind.chunk) {
      c.globalAlpha *= 0.75;
      c.fillRect(from, y + 2, Math.max(to - from - 0.75, 0.75), height - 4);
    } else {
      c.fillRect(from, y, Math.max(to - from - 0.75, 0.75), height);
    }
    if (span.kind === Kind.wait && to - from > 6) this.hatch(from, to, y, height);
    if (to - from > 28) this.label(span, from, to, y + height / 2);
  }

  hatch(from, to, y, height) {
    const { context: c, colors } = this;
    c.save();
    c.beginPath();
    c.rect(from, y, to - from, height);
    c.clip();
    c.strokeStyle = colors.card;
    c.globalAlpha *= 0.5;
    c.beginPath();
    for (let x = Math.floor(from / 8) * 8 - height; x < to; x += 8) {
      c.moveTo(x, y + height);
      c.lineTo(x + height, y);
    }
    c.stroke();
    c.restore();
  }

  label(span, from, to, y) {
    const { context: c, colors } = this;
    const plain = span.kind === Kind.call || span.kind === Kind.task || span.kind === Kind.wait || span.kind === Kind.range;
    let text = titleOf(span).replace(/^aten::/, '');
    const room = Math.floor((to - from - 8) / 6.7);
    if (room < 3) return;
    if (text.length > room) text = `${text.slice(0, room - 1)}…`;
    c.fillStyle = plain ? colors.text : colors.onSeries;
    c.fillText(text, from + 4, y + 0.5);
  }

  place(span, time) {
    const lane = span.lane ?? 0;
    return [this.x(time), span.thread.y + kHead + lane * kLane + (kLane - 3) / 2];
  }

  isChosen(arrow) {
    const chosen = [this.selected, this.hovered].filter(Boolean);
    return chosen.some((span) => span.id === arrow.task || (span.kind === Kind.wait && span.other === arrow.task));
  }

  paintArrows() {
    const { context: c, colors } = this;
    let visible = this.model.arrows.filter(
      (arrow) => Math.max(arrow.fromTime, arrow.toTime) >= this.begin && Math.min(arrow.fromTime, arrow.toTime) <= this.end,
    );
    if (visible.length > kMostArrows) visible = visible.filter((arrow) => this.isChosen(arrow));
    for (const arrow of visible) {
      const [x0, y0] = this.place(this.anchor(arrow), arrow.fromTime);
      const [x1, y1] = this.place(arrow.to, arrow.toTime);
      const chosen = this.isChosen(arrow);
      c.globalAlpha = chosen ? 1 : 0.55;
      c.strokeStyle = c.fillStyle = arrow.kind === 'starts' ? colors.accent : colors.series[2];
      c.lineWidth = chosen ? 2 : 1.2;
      const bend = Math.min(Math.max(Math.abs(x1 - x0) / 2, 12), 60);
      c.beginPath();
      c.moveTo(x0, y0);
      c.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1 - 5, y1);
      c.stroke();
      c.beginPath();
      c.moveTo(x1, y1);
      c.lineTo(x1 - 7, y1 - 3.5);
      c.lineTo(x1 - 7, y1 + 3.5);
      c.fill();
    }
    c.globalAlpha = 1;
    c.lineWidth = 1;
  }

  // A fork is an instant: its arrow begins in what ran then.
  anchor(arrow) {
    if (arrow.from.kind !== Kind.fork) return arrow.from;
    if (arrow.from.lane === undefined) {
      arrow.from.lane = 0;
      arrow.from.thread.lanes.forEach((lane, i) => {
        const at = lane[firstAfter(lane, arrow.fromTime)];
        if (at && at.begin <= arrow.fromTime && (at.kind === Kind.call || at.kind === Kind.task)) arrow.from.lane = i;
      });
    }
    return arrow.from;
  }

  outline(span, color) {
    if (span.lane === undefined) return;
    const { context: c } = this;
    const from = Math.max(this.x(span.begin), -2);
    const to = Math.min(this.x(span.end), this.width + 2);
    if (to < 0 || from > this.width) return;
    c.strokeStyle = color;
    c.lineWidth = 2;
    c.strokeRect(from, span.thread.y + kHead + span.lane * kLane - 1, Math.max(to - from, 3), kLane - 1);
    c.lineWidth = 1;
  }

  // Hands
  at(x, y) {
    const thread = this.model.threads.findLast((t) => y >= t.y);
    if (!thread) return null;
    const lane = thread.lanes[Math.floor((y - thread.y - kHead) / kLane)];
    if (!lane) return null;
    const slack = 3 * ((this.end - this.begin) / this.width);
    const time = this.time(x);
    let best = null;
    for (let i = firstAfter(lane, time - slack); i < lane.length && lane[i].begin <= time + slack; ++i) {
      const span = lane[i];
      const distance = time < span.begin ? span.begin - time : Math.max(0, time - span.end);
      // A chunk lies before its region.
      if (!best || distance < best.distance || (distance === best.distance && best.span.kind === Kind.region)) {
        best = { span, distance };
      }
    }
    return best?.span ?? null;
  }

  listen() {
    const { canvas } = this;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, place(event));
      this.moved = this.pointers.size > 1;
    });
    canvas.addEventListener('pointermove', (event) => {
      const [x, y] = place(event);
      const before = this.pointers.get(event.pointerId);
      if (!before) return this.hover(x, y);
      if (this.pointers.size === 2) this.pinch(event.pointerId, x);
      else if (this.moved || Math.abs(x - before[0]) > 3) {
        this.moved = true;
        this.pan(before[0] - x);
      } else return;
      this.pointers.set(event.pointerId, [x, y]);
    });
    const release = (event) => {
      const known = this.pointers.delete(event.pointerId);
      if (event.type === 'pointerup' && known && !this.moved) this.select(this.at(...place(event)));
    };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
    canvas.addEventListener('pointerleave', () => this.hover(-1, -1));
    canvas.addEventListener('dblclick', (event) => {
      const span = this.at(...place(event));
      if (span) this.showSpan(span);
    });
    // The page scrolls as ever, until somebody has taken the timeline up.
    canvas.addEventListener('wheel', (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!sideways && !event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      if (sideways || event.shiftKey) this.pan(event.deltaX || event.deltaY);
      else this.zoom(Math.exp(-event.deltaY * 0.0025), place(event)[0]);
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      const step = this.width / 8;
      const actions = {
        ArrowLeft: () => this.pan(-step), a: () => this.pan(-step),
        ArrowRight: () => this.pan(step), d: () => this.pan(step),
        '+': () => this.zoom(1.5), '=': () => this.zoom(1.5), w: () => this.zoom(1.5),
        '-': () => this.zoom(1 / 1.5), s: () => this.zoom(1 / 1.5),
        0: () => this.show(0, this.model.duration),
        Escape: () => this.select(null),
      };
      if (!actions[event.key] || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      actions[event.key]();
    });
  }

  hover(x, y) {
    const span = x < 0 ? null : this.at(x, y);
    if (span === this.hovered) return;
    this.hovered = span;
    this.canvas.style.cursor = span ? 'pointer' : 'grab';
    const task = span ? `${titleOf(span)} · ${formatTime((span.end - span.begin) / 1e6)} · ${roleNames[span.thread.role]}` : '';
    this.canvas.title = task;
    this.draw();
  }

  pinch(id, x) {
    const [other] = [...this.pointers].filter(([key]) => key !== id).map(([, value]) => value);
    const before = this.pointers.get(id);
    const factor = Math.abs(x - other[0]) / Math.max(Math.abs(before[0] - other[0]), 1);
    if (factor > 0.2 && factor < 5) this.zoom(factor, (x + other[0]) / 2);
  }
}
