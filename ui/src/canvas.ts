import { LitElement, html, type PropertyValues } from 'lit';

/** A picture with a keyboard cursor and a readout that screen readers hear. Subclasses draw, and say what a place is. */
export abstract class CanvasPane extends LitElement {
  static properties = { readout: { state: true } };
  declare readout: string;
  protected canvas!: HTMLCanvasElement;
  protected width = 0;
  protected height = 0;
  private resize?: ResizeObserver;

  constructor() {
    super();
    this.readout = '';
  }

  protected createRenderRoot(): HTMLElement {
    return this;
  }

  protected abstract label: string;
  protected abstract draw(pen: CanvasRenderingContext2D): void;
  protected abstract pointer(x: number, y: number, event: PointerEvent | MouseEvent): void;
  protected abstract key(event: KeyboardEvent): boolean;
  protected wheel(_event: WheelEvent): void {}

  protected render() {
    return html`<canvas tabindex="0" role="application" aria-label=${this.label}
        @pointerdown=${this.down} @pointermove=${this.move} @keydown=${this.pressed}
        @wheel=${(e: WheelEvent) => this.wheel(e)}></canvas>
      <p class="readout" aria-live="polite">${this.readout}</p>`;
  }

  protected firstUpdated(): void {
    this.canvas = this.querySelector('canvas')!;
    this.resize = new ResizeObserver(() => this.paint());
    this.resize.observe(this.canvas);
  }

  disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize?.disconnect();
  }

  protected updated(_changed: PropertyValues): void {
    this.paint();
  }

  protected paint(): void {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth === 0) return;
    const scale = window.devicePixelRatio;
    this.width = clientWidth;
    this.height = clientHeight;
    this.canvas.width = Math.round(clientWidth * scale);
    this.canvas.height = Math.round(clientHeight * scale);
    const pen = this.canvas.getContext('2d')!;
    pen.scale(scale, scale);
    pen.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
    this.draw(pen);
  }

  protected colour(name: string): string {
    return getComputedStyle(this).getPropertyValue(name);
  }

  private down(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus();
    this.pointer(event.offsetX, event.offsetY, event);
  }

  private move(event: PointerEvent): void {
    if (event.buttons === 1) this.pointer(event.offsetX, event.offsetY, event);
  }

  private pressed(event: KeyboardEvent): void {
    if (!event.ctrlKey && !event.metaKey && this.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  protected tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true }));
  }
}
