import { LitElement, html, type PropertyValues } from 'lit';

/** A picture with a keyboard cursor and a readout that screen readers hear. Subclasses draw, and say what a place is. */
export abstract class CanvasPane extends LitElement {
  static properties = { readout: { state: true } };
  declare readout: string;
  protected canvas!: HTMLCanvasElement;
  protected width = 0;
  protected height = 0;
  private resize?: ResizeObserver;
  private asked = false;
  /** Where the canvas was when a drag began: an event's offset has the page laid out anew, every time. */
  private corner = [0, 0];
  private theme = matchMedia('(prefers-color-scheme: light)');
  private themed = () => this.restyled();

  constructor() {
    super();
    this.readout = '';
  }

  protected createRenderRoot(): HTMLElement {
    return this;
  }

  protected abstract label: string;
  protected abstract draw(pen: CanvasRenderingContext2D): void;
  protected abstract key(event: KeyboardEvent): boolean;
  protected abstract pressed(x: number, y: number, event: PointerEvent): void;
  protected dragged(_x: number, _y: number, _event: PointerEvent): void {}
  protected released(_x: number, _y: number, _event: PointerEvent): void {}
  protected hovered(_x: number, _y: number): void {}
  protected wheel(_event: WheelEvent): void {}

  protected render() {
    return html`<canvas tabindex="0" role="application" aria-label=${this.label}
        @pointerdown=${this.down} @pointermove=${this.move} @pointerup=${this.up} @pointerleave=${() => this.tell('pf-hover', '')}
        @keydown=${this.typed} @wheel=${(e: WheelEvent) => this.wheel(e)}></canvas>
      <p class="readout" aria-live="polite">${this.readout}</p>`;
  }

  connectedCallback(): void {
    super.connectedCallback();
    this.theme.addEventListener('change', this.themed);
  }

  protected firstUpdated(): void {
    this.canvas = this.querySelector('canvas')!;
    this.resize = new ResizeObserver(() => this.paint());
    this.resize.observe(this.canvas);
  }

  disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize?.disconnect();
    this.theme.removeEventListener('change', this.themed);
  }

  protected updated(_changed: PropertyValues): void {
    this.paint();
  }

  /** Colours of the page are others now. */
  protected restyled(): void {
    this.paint();
  }

  /** Draws once before the next frame, however often it is asked for. */
  protected paint(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.paintNow();
    });
  }

  private paintNow(): void {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth === 0) return;
    const scale = window.devicePixelRatio;
    const [wide, high] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
    this.width = clientWidth;
    this.height = clientHeight;
    const pen = this.canvas.getContext('2d')!;
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    pen.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
    this.draw(pen);
  }

  /** What costs more than a frame to draw: drawn by itself, and kept until something it shows changes. */
  protected layer(paint: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
    const kept = document.createElement('canvas');
    const scale = window.devicePixelRatio;
    kept.width = Math.round(this.width * scale);
    kept.height = Math.round(this.height * scale);
    const pen = kept.getContext('2d')!;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
    paint(pen);
    return kept;
  }

  protected colour(name: string): string {
    return getComputedStyle(this).getPropertyValue(name);
  }

  private down(event: PointerEvent): void {
    const { left, top } = this.canvas.getBoundingClientRect();
    this.corner = [left, top];
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus();
    this.pressed(event.offsetX, event.offsetY, event);
  }

  private move(event: PointerEvent): void {
    if (event.buttons === 1) this.dragged(event.clientX - this.corner[0], event.clientY - this.corner[1], event);
    else this.hovered(event.offsetX, event.offsetY);
  }

  private up(event: PointerEvent): void {
    this.released(event.offsetX, event.offsetY, event);
  }

  private typed(event: KeyboardEvent): void {
    if (!event.ctrlKey && !event.metaKey && this.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  protected tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true }));
  }
}
