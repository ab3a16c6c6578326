// The strip above the timeline: how many threads are at work over the whole trace, and which part is in view.
import { readColors } from './colors.js';
import { activity } from './model.js';

export class Overview {
  constructor(canvas, model, onMove) {
    Object.assign(this, { canvas, model, onMove });
    this.context = canvas.getContext('2d');
    this.view = [0, model.duration];
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    const move = (event) => {
      const box = canvas.getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * model.duration;
      const half = (this.view[1] - this.view[0]) / 2;
      onMove(at - half, at + half);
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    canvas.addEventListener('pointermove', (event) => event.buttons && move(event));
    this.resize();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    this.width = this.canvas.parentElement.clientWidth;
    this.height = 46;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.busy = activity(this.model, Math.max(Math.floor(this.width / 2), 1));
    this.draw();
  }

  show(begin, end) {
    this.view = [begin, end];
    this.draw();
  }

  draw() {
    const c = this.context;
    const colors = readColors();
    const most = Math.max(...this.busy, 1);
    c.clearRect(0, 0, this.width, this.height);
    c.fillStyle = colors.accent;
    c.globalAlpha = 0.55;
    const step = this.width / this.busy.length;
    this.busy.forEach((count, i) => {
      const height = (count / most) * (this.height - 8);
      c.fillRect(i * step, this.height - height, step, height);
    });
    c.globalAlpha = 1;
    const from = (this.view[0] / this.model.duration) * this.width;
    const to = (this.view[1] / this.model.duration) * this.width;
    c.fillStyle = colors.card;
    c.globalAlpha = 0.7;
    c.fillRect(0, 0, from, this.height);
    c.fillRect(to, 0, this.width - to, this.height);
    c.globalAlpha = 1;
    c.strokeStyle = colors.quiet;
    c.strokeRect(from + 0.5, 0.5, Math.max(to - from - 1, 2), this.height - 1);
    c.fillStyle = colors.quiet;
    c.font = `11px ${colors.sans}`;
    c.textBaseline = 'top';
    c.fillText(`threads at work, ${Math.round(most * 10) / 10} at most`, 6, 4);
  }
}
