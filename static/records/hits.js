// The hit log: filters, what happened by category and day, the hits themselves, export.

import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { api, withQuery } from '../shared/api.js';
import { lang, number, pick } from '../shared/i18n.js';
import { Icon } from '../shared/icons.js';
import { Empty, Problem, useLoad, Wait } from '../shared/parts.js';
import { RevealDialog } from '../shared/reveal.js';
import { Figure } from '../stats/figure.js';
import { heatOption, SHOWN } from './heat.js';
import { FilterBox } from './filter_box.js';
import { hitWord, named, t } from './say.js';

const NOTHING = { from: '', to: '', category: '', action: '', direction: '', lane: '', list: '', word: '', class: '' };
const ACTIONS = ['block', 'mask', 'replace', 'review', 'warn', 'log'];
const DIRECTIONS = ['question', 'answer', 'name'];
const SETTLE_MS = 250; // of typing, before the server is asked

export function Hits({ options, site }) {
  const [typed, setTyped] = useState(NOTHING);
  const [chosen, setChosen] = useState(NOTHING);
  useEffect(() => {
    const timer = setTimeout(() => setChosen(typed), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const key = JSON.stringify(chosen);
  const chart = useLoad((signal) => api.get('/api/records/hits/chart', chosen, signal), [key]);
  const set = (name) => (event) => setTyped((old) => ({ ...old, [name]: event.currentTarget.value }));
  const classNames = useMemo(() => Object.fromEntries(options.classes.map((each) => [each.id, each.name])), [options]);
  const file = (format) => withQuery('/api/records/hits/export', { lang: lang(), ...chosen, format });
  const Choice = ({ name, label, values }) => html`<label class="field"><span class="field-name">${label}</span>
    <select value=${typed[name]} onChange=${set(name)}><option value="">${t('all')}</option>
      ${values.map(([value, said]) => html`<option key=${value} value=${value}>${said}</option>`)}</select></label>`;
  const classWord = capital(pick(site.class_word));
  const plain = (values) => values.map((value) => [value, value]);
  return html`
    <${FilterBox}><form class="filters" role="search" aria-label=${t('filters')} onSubmit=${(event) => event.preventDefault()}>
      <label class="field"><span class="field-name">${t('from')}</span><input type="date" value=${typed.from} onInput=${set('from')} /></label>
      <label class="field"><span class="field-name">${t('to')}</span><input type="date" value=${typed.to} onInput=${set('to')} /></label>
      ${Choice({ name: 'category', label: t('category'), values: plain(options.categories) })}
      ${Choice({ name: 'action', label: t('action'), values: ACTIONS.map((each) => [each, t(`action.${each}`)]) })}
      ${Choice({ name: 'direction', label: t('direction'), values: DIRECTIONS.map((each) => [each, t(`direction.${each}`)]) })}
      ${Choice({ name: 'lane', label: t('lane'), values: options.lanes.map((each) => [each, named('lane', each)]) })}
      ${Choice({ name: 'list', label: t('list'), values: plain(options.lists) })}
      ${Choice({ name: 'class', label: classWord, values: options.classes.map((each) => [each.id, each.name]) })}
      <label class="field"><span class="field-name">${t('wordBegins')}</span><input type="search" maxlength="100" value=${typed.word} onInput=${set('word')} /></label>
      <div class="row filter-actions">
        <button type="button" class="button small quiet" onClick=${() => setTyped(NOTHING)}><${Icon} name="eraser" />${t('clear')}</button>
        <a class="button small" href=${file('csv')} download><${Icon} name="download" />CSV</a>
        <a class="button small" href=${file('xlsx')} download><${Icon} name="download" />XLSX</a>
      </div>
    </form><//>
    <p class="hint">${chosen.from || chosen.to ? '' : `${t('lastDays')} `}${t('exportNoted')} ${t(`kept.${options.hit_text}`)}${options.exact_times ? '' : ` ${t('daysOnly')}`}</p>
    ${chart.problem ? html`<${Problem} problem=${chart.problem} onRetry=${chart.reload} />`
      : chart.value && chart.value.categories.length > 0 && html`<${ByDay} chart=${chart.value} />`}
    <${HitTable} key=${key} chosen=${chosen} hasText=${options.hit_text !== 'none'} classNames=${classNames} classWord=${classWord} site=${site} exactTimes=${options.exact_times} day=${dayIn(options.timezone)} />`;
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const shortDay = (text) => `${Number(text.slice(5, 7))}/${Number(text.slice(8, 10))}`;

function ByDay({ chart }) {
  const comma = lang() === 'zh' ? '，' : ', ';
  const total = chart.categories.reduce((sum, each) => sum + each.total, 0);
  const actions = Object.entries(chart.actions).map(([action, num]) => `${t(`action.${action}`)} ${number(num)}`).join(comma);
  const rows = chart.categories.slice(0, SHOWN);
  const label = t('chartLabel', { n: number(total), top: chart.categories.slice(0, 3).map((each) => `${each.category} ${number(each.total)}`).join(comma) });
  return html`<${Figure} name=${t('byDay')} label=${label} height=${`heat-${rows.length}`} redrawOn=${[chart]}
    option=${(colours, still) => heatOption(chart, colours, { shortDay, number }, still)}
    note=${`${t('total', { n: number(total) })}${lang() === 'zh' ? '：' : ': '}${actions}`}
    table=${{
      head: [t('category'), t('sum'), ...chart.days.map(shortDay)],
      rows: chart.categories.map((each) => [each.category, number(each.total), ...each.numbers.map((num) => (num ? number(num) : ''))]),
      numbers: chart.days.map((_, place) => place + 2).concat(1),
    }} />`;
}

function HitTable({ chosen, hasText, classNames, classWord, site, exactTimes, day }) {
  const [pages, setPages] = useState([]);
  const [total, setTotal] = useState(undefined);
  const [counted, setCounted] = useState(0);
  const [problem, setProblem] = useState(null);
  const [more, setMore] = useState(false);
  const [asking, setAsking] = useState(null);
  const maySeeNames = site.login.rights.includes('see_names');
  const fetchMore = async () => {
    const last = pages.at(-1);
    try {
      const answer = await api.get('/api/records/hits', { ...chosen, before: last && `${last.at_ms}-${last.id}`, limit: 100 });
      setPages([...pages, ...answer.hits]);
      setTotal(answer.total);
      setCounted(answer.counted);
      setMore(answer.hits.length === 100);
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  };
  useEffect(() => { fetchMore(); }, []);
  if (problem) return html`<${Problem} problem=${problem} onRetry=${fetchMore} />`;
  if (total === undefined) return html`<${Wait} />`;
  if (pages.length === 0) return html`<${Empty} icon="shield-check" title=${t('noHits')}><p>${t('noHitsBody')}</p><//>`;
  const head = [exactTimes ? 'time' : 'day', 'who', null, 'direction', 'word', 'category', 'action', 'lane', 'version', ...(hasText ? ['text'] : []), 'reviewed'];
  return html`<p class="quiet-text small" role="status">${total === null ? t('moreThan', { n: number(counted) }) : t('total', { n: number(total) })}</p>
    <div class="table-box hit-table" tabindex="0" role="region" aria-label=${t('tab.hits')}>
      <table>
        <thead><tr>${head.map((name) => html`<th key=${name ?? 'class'} scope="col">${name ? t(name) : classWord}</th>`)}</tr></thead>
        <tbody>${pages.map((hit) => html`<tr key=${hit.id}>
          <td class="when">${exactTimes ? exact(hit.at_ms) : day(hit.at_ms)}</td><td class="code">${maySeeNames && /^[0-9a-f]{16}$/.test(hit.asker)
            ? html`<button type="button" class="button small quiet" title=${t('revealWho')} onClick=${() => setAsking(hit)}>${hit.asker}</button>` : hit.asker}</td><td>${classNames[hit.class_id] ?? ''}</td>
          <td>${t(`direction.${hit.direction}`)}</td><td class="word"><strong>${hitWord(hit)}</strong></td>
          <td>${hit.category}<br /><small class="quiet-text">${hit.list_name}</small></td>
          <td><span class="tag act" data-action=${hit.action}>${t(`action.${hit.action}`)}</span></td>
          <td>${named('lane', hit.lane)}</td><td class="number">${hit.lists_version}</td>
          ${hasText && html`<td class="context">${hit.text ?? (hit.sealed ? html`<span class="row"><${Icon} name="lock" size=${16} />${t('sealed')}</span>` : '')}</td>`}
          <td>${hit.review ? t(`review.${hit.review}`) : ''}${hit.handled_by && html`<br /><small class="quiet-text">${hit.handled_by}</small>`}</td>
        </tr>`)}</tbody>
      </table>
    </div>
    ${asking && html`<${RevealDialog} site=${site} classId=${asking.class_id} asker=${asking.asker} about=${`hit:${asking.id}`} onClose=${() => setAsking(null)} />`}
    ${more && html`<p><button type="button" class="button" onClick=${fetchMore}>${t('more')}</button></p>`}`;
}

/** A moment as the day it lies in for the site, wherever the reader is. */
export const dayIn = (timeZone) => (ms) => new Intl.DateTimeFormat(lang() === 'en' ? 'en-GB' : 'zh-CN', { dateStyle: 'medium', timeZone }).format(ms);

const exact = (ms) => new Intl.DateTimeFormat(lang() === 'en' ? 'en-GB' : 'zh-CN', {
  month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
}).format(ms);
