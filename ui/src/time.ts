import { CanvasPane } from './canvas';
import { css } from './colours';
import type { History } from './history';
import { count } from './format';

const TOP = 16;
const FOOT = 24;

/** The whole history as bars of what happened, with the bindings of plugins; dragging moves the playhead. */
export class TimeSlider extends CanvasPane {
  static properties = { ...CanvasPane.properties, history: { attribute: false }, loaded: { type: Number }, last: { type: Number }, at: { type: Number }, marks: { attribute: false } };
  declare history: History | null;
  declare loaded: number;
  declare last: number;
  declare at: number;
  /** Positions to be pointed out: the events that wrote what is walked. */
  declare marks: number[];
  private bars: HTMLCanvasElement | null = null;
  private drawn = '';
  protected label = 'History. Left and right arrow keys move the playhead by one event, page keys by a hundred, End follows what happens.';

  protected willUpdate(): void {
    this.readout = `after event ${count(this.at)} of ${count(this.last)}`;
  }

  protected draw(pen: CanvasRenderingContext2D): void {
    const { history, last } = this;
    if (history === null || last === 0) return;
    const key = [this.width, this.height, this.loaded, last, history.sim].join();
    if (this.bars === null || key !== this.drawn) {
      this.drawn = key;
      this.bars = this.layer(layer => this.buckets(layer));
    }
    const head = (this.at / last) * this.width;
    const scale = this.bars.width / this.width;
    const whole = this.bars.height;
    if (head >= 1) pen.drawImage(this.bars, 0, 0, head * scale, whole, 0, 0, head, this.height);
    pen.globalAlpha = 0.35;
    if (head < this.width - 1) pen.drawImage(this.bars, head * scale, 0, (this.width - head) * scale, whole, head, 0, this.width - head, this.height);
    pen.globalAlpha = 1;
    this.axis(pen);
  }

  protected restyled(): void {
    this.bars = null;
    super.restyled();
  }

  private buckets(pen: CanvasRenderingContext2D): void {
    const bars = Math.max(1, Math.min(this.last, Math.floor(this.width / 4)));
    const buckets = this.history!.buckets(bars, this.last);
    const most = Math.max(1, ...buckets.map(parts => parts.reduce((sum, part) => sum + part, 0)));
    const room = this.height - TOP - FOOT;
    const wide = this.width / bars;
    const colours = [css('rw'), this.colour('--bad'), css('rx'), css('device')];
    buckets.forEach((parts, index) => {
      let y = this.height - FOOT;
      parts.forEach((part, kind) => {
        const high = (part / most) * room;
        pen.fillStyle = colours[kind];
        pen.fillRect(index * wide, y - high, Math.max(1, wide - 1), high);
        y -= high;
      });
    });
  }

  private axis(pen: CanvasRenderingContext2D): void {
    const y = this.height - FOOT;
    const x = (position: number) => (position / this.last) * this.width;
    pen.fillStyle = this.colour('--edge');
    pen.fillRect(0, y, this.width, 1);
    pen.fillStyle = this.colour('--device');
    for (const { position, label } of this.history!.bindings) {
      pen.fillRect(x(position), 0, 2, y);
      pen.textAlign = x(position) > this.width - 160 ? 'right' : 'left';
      pen.fillText(label, x(position) + (pen.textAlign === 'right' ? -5 : 6), 10);
    }
    pen.fillStyle = this.colour('--dim');
    for (let tick = 0; tick <= 8; tick++) {
      pen.textAlign = tick === 0 ? 'left' : tick === 8 ? 'right' : 'center';
      pen.fillText(count(Math.round((tick * this.last) / 8)), (tick * this.width) / 8, this.height - 4);
    }
    pen.fillStyle = this.colour('--a');
    for (const position of this.marks ?? []) {
      pen.beginPath();
      pen.moveTo(x(position), y + 1);
      pen.lineTo(x(position) - 4, y + 7);
      pen.lineTo(x(position) + 4, y + 7);
      pen.fill();
    }
    const head = x(this.at);
    pen.fillStyle = this.colour('--cursor');
    pen.fillRect(Math.min(this.width - 2, head - 1), 0, 2, y);
    pen.beginPath();
    pen.moveTo(head, y);
    pen.lineTo(head - 6, y + 9);
    pen.lineTo(head + 6, y + 9);
    pen.fill();
  }

  protected pressed(x: number): void {
    const at = Math.round((Math.max(0, Math.min(this.width, x)) / this.width) * this.last);
    this.tell('pf-at', at >= this.last ? null : Math.max(1, at));
  }

  protected dragged(x: number): void {
    this.pressed(x);
  }

  protected key(event: KeyboardEvent): boolean {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -100, PageDown: 100, Home: -this.at, End: this.last };
    const step = steps[event.key];
    if (step === undefined) return false;
    const at = Math.max(1, this.at + step);
    this.tell('pf-at', at >= this.last ? null : at);
    return true;
  }
}
customElements.define('pf-time', TimeSlider);
