import { html, nothing, type TemplateResult } from 'lit';
import type { Event, Field, Step, Walk, Why } from './api';
import { count } from './format';
import { summary, verb } from './lists';

const steps = (walk: Walk, side: string): TemplateResult => html`
  <table class="walk side-${side}">
    <thead><tr><th>lvl</th><th>name</th><th class="n">index</th><th>descriptor @</th><th>value</th><th></th></tr></thead>
    <tbody>${walk.steps.map(step => html`<tr class=${step.folded ? 'folded' : ''}>
      <td class="lvl">${step.folded ? '–' : `L${step.level}`}</td><td>${step.generic}</td>
      <td class="n">${step.folded ? '' : step.index}</td>
      <td>${step.folded ? '' : step.entry.slice(-10)}</td><td>${step.folded ? 'folded' : step.word.slice(2)}</td>
      <td class="dim">${step.folded ? '' : step.meaning.split(' ')[0]}</td></tr>`)}</tbody>
  </table>
  <p class="outcome">${walk.outcome.translated
    ? html`PA <b>${walk.outcome.output}</b> <span class="dim">${walk.outcome.attributes?.permissions} ${walk.outcome.attributes?.memoryType}</span>`
    : html`<b class="bad">${String(walk.outcome.fault ?? 'fault').replaceAll('-', ' ')}</b> <span class="dim">level ${walk.outcome.level ?? '–'}</span>`}</p>`;

/** The event behind a word: who wrote it, or made its table when none has. */
const behind = (step: Why['steps'][number]): Event | undefined => step.written ?? step.made;

/** Positions of the events that wrote what a walk reads, each once. */
export const writers = (why: Why | null): number[] => [
  ...new Set((why?.steps ?? []).map(step => behind(step)?.position ?? 0).filter(position => position > 0))];

const line = (event: Event): TemplateResult => html`<span class="verb ${event.type}">${verb(event.type)}</span>
  <span class="dim">${event.space ?? ''}</span> ${summary(event)} ${event.attributes?.permissions.split('/').at(-1) ?? ''}
  ${event.actor === undefined ? nothing : html`<span class="dim">by ${event.actor}</span>`}`;

/** Which event wrote each word of the walk, and which made the region what it is; each leads there. */
export function whyPane(why: Why | null, busy: boolean, to: (position: number) => void): TemplateResult {
  const jump = (position: number, text = '') => html`<button class="jump" title="to event ${position}" @click=${() => to(position)}>#${count(position)}</button>${text}`;
  if (why === null) return html`<p class="hint">${busy ? 'Looking through the history …' : 'Nothing is walked.'}</p>`;
  const last = why.shaped.at(-1);
  return html`<table class="why"><tbody>${why.steps.filter(step => !step.folded).map(step => {
    const event = behind(step);
    return html`<tr><td class="lvl a">L${step.level}</td><td>${event === undefined ? html`<span class="dim">–</span>` : jump(event.position)}</td>
      <td>${event === undefined ? nothing : html`${step.written === undefined ? html`<span class="dim">zero since its table was made:</span> ` : nothing}${line(event)}`}</td></tr>`;
  })}</tbody></table>
  ${last === undefined ? html`<p class="dim">Nothing has been asked for at this address.</p>`
    : html`<p class="shaped"><span class="dim">${count(why.count)} ${why.count === 1 ? 'event' : 'events'} shaped the region:</span>
      ${why.shaped.slice(-12).map(event => html` ${jump(event.position)} <span class="dim">${verb(event.type)}</span>`)}</p>`}`;
}

const leaf = (walk: Walk | null): Step | null => walk?.steps.at(-1) ?? null;

function bits(word: string, other: string | null): TemplateResult {
  const value = BigInt(word);
  const beside = other === null ? value : BigInt(other);
  const row = (from: number) => Array.from({ length: 32 }, (_, index) => {
    const bit = BigInt(from - index);
    const set = ((value >> bit) & 1n) === 1n;
    const differs = ((value ^ beside) >> bit) & 1n;
    return html`<span class="bit ${set ? 'set' : ''} ${differs === 1n ? 'differs' : ''}">${set ? 1 : 0}</span>`;
  });
  return html`<div class="bits" role="img" aria-label="bits of ${word}">${row(63)}${row(31)}</div>`;
}

const place = ({ high, low }: Field): string => (high === low ? `[${high}]` : `[${high}:${low}]`);
const plain = (value: string): string => (value.length > 4 && BigInt(value) > 9n ? '0x' + BigInt(value).toString(16) : BigInt(value).toString());

function fields(a: Step, b: Step | null): TemplateResult {
  const beside = new Map((b?.fields ?? []).map(field => [field.name, field]));
  return html`<table class="fields"><thead><tr><th>bits</th><th class="a">A</th>${b === null ? nothing : html`<th class="b">B</th>`}<th></th></tr></thead>
    <tbody>${a.fields.map(field => {
      const other = beside.get(field.name);
      const differs = b !== null && other?.value !== field.value;
      return html`<tr><td>${place(field)} ${field.name.replace('next-level table address', 'next table').replace('output address', 'OA')}</td><td class="a">${plain(field.value)}</td>
        ${b === null ? nothing : html`<td class=${differs ? 'bad' : 'b'}>${other === undefined ? '–' : plain(other.value)}</td>`}
        <td class="dim">${field.meaning}</td></tr>`;
    })}</tbody></table>`;
}

/** Every level of the walks of A and B, why the words are there, and the last word of both, bit by bit. */
export function walkPane(va: string, a: Walk | null, b: Walk | null, name: string, why: TemplateResult): TemplateResult {
  if (a === null) return html`<p class="hint">Press <kbd>/</kbd> and type an address, or click the map or a cell.</p>`;
  const last = leaf(a);
  const beside = leaf(b);
  return html`<p class="va">VA <b>${va}</b> <span class="dim">${name}</span></p>
    ${steps(a, 'a')}${b === null ? nothing : steps(b, 'b')}${why}
    ${last === null ? nothing : html`<h3>Last descriptor ${b === null ? nothing : html`· <span class="bad">red differs from B</span>`}</h3>
      ${bits(last.word, beside?.word ?? null)}${fields(last, beside)}`}`;
}
