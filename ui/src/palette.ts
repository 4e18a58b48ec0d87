import { LitElement, html, type TemplateResult } from 'lit';

/** Something that the palette does. */
export interface Action { text: string; detail: string; run: () => void }

const SHOWN = 12;

/** Commands by name: what is typed is looked for in all of them, and numbers and addresses are places to go to. */
export class Palette extends LitElement {
  static properties = { typed: { state: true }, chosen: { state: true } };
  declare typed: string;
  declare chosen: number;
  /** Everything that there is now, with what was typed. */
  actions: (typed: string) => Action[] = () => [];

  constructor() {
    super();
    this.typed = '';
    this.chosen = 0;
  }

  protected createRenderRoot(): HTMLElement {
    return this;
  }

  open(): void {
    this.typed = '';
    this.chosen = 0;
    this.requestUpdate();
    this.querySelector('dialog')!.showModal();
    const input = this.querySelector('input')!;
    input.value = '';
    input.focus();
  }

  private found(): Action[] {
    const words = this.typed.toLowerCase().split(/\s+/).filter(word => word !== '');
    const found = this.actions(this.typed).filter(({ text, detail }) => words.every(word => `${text} ${detail}`.toLowerCase().includes(word)));
    const begins = ({ text }: Action) => text.toLowerCase().startsWith(words[0] ?? '');
    return [...found.filter(begins), ...found.filter(it => !begins(it))].slice(0, SHOWN);
  }

  private run(action: Action | undefined): void {
    if (action === undefined) return;
    this.querySelector('dialog')!.close();
    action.run();
  }

  private key(event: KeyboardEvent): void {
    const all = this.found();
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) this.chosen = Math.max(0, Math.min(all.length - 1, this.chosen + step));
    else if (event.key === 'Enter') this.run(all[this.chosen]);
    else return;
    event.preventDefault();
  }

  protected render(): TemplateResult {
    const all = this.found();
    return html`<dialog id="palette" aria-label="commands" @keydown=${this.key}>
      <input type="text" role="combobox" aria-label="command" aria-expanded="true" aria-controls="actions" aria-activedescendant="action-${this.chosen}"
        autocomplete="off" spellcheck="false" placeholder="a command, a position or an address"
        @input=${(e: Event) => { this.typed = (e.target as HTMLInputElement).value; this.chosen = 0; }}>
      <ul id="actions" role="listbox" aria-label="commands">${all.map((action, index) => html`
        <li id="action-${index}" role="option" aria-selected=${index === this.chosen} @click=${() => this.run(action)}>${action.text} <span class="dim">${action.detail}</span></li>`)}</ul>
      ${all.length === 0 ? html`<p class="hint">Nothing is called that.</p>` : ''}</dialog>`;
  }
}
customElements.define('pf-palette', Palette);
