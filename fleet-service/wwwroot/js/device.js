// The charts of a device: load a range, follow what comes in.
import { Chart } from './charts.js';

const hour = 3600 * 1000;
const lengths = { '15m': hour / 4, '1h': hour, '6h': 6 * hour, '24h': 24 * hour, '7d': 7 * 24 * hour, '30d': 30 * 24 * hour };
const mostPoints = 240;

const area = document.getElementById('channels');
const ranges = document.getElementById('ranges');
const csv = document.getElementById('csv');
const charts = [...area.querySelectorAll('.channel')].map(card => new Chart(card));
let range = area.dataset.range ?? '1h';
let loading = false;
let again = false;
let timer = null;

async function loadOne(chart, from, to) {
  const query = new URLSearchParams({ channel: chart.channel, from: from.toISOString(), to: to.toISOString(), points: mostPoints });
  if (chart.sentUnit) query.set('unit', chart.sentUnit);
  const response = await fetch(`/api/v1/devices/${area.dataset.device}/telemetry/buckets?${query}`, { headers: { Accept: 'application/json' } });
  if (response.status === 401) {
    location.reload();
    return;
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    chart.message(problem.detail ?? `The service answered ${response.status}.`);
    return;
  }
  chart.show(await response.json());
}

async function load() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  const to = new Date();
  const from = new Date(to - lengths[range]);
  csv.href = `/api/v1/devices/${area.dataset.device}/telemetry.csv?from=${from.toISOString()}`;
  await Promise.all(charts.map(chart => loadOne(chart, from, to).catch(() => {
    // Charts that are there already stay: the live line says that the service is away.
    if (!chart.plot) chart.message('The service cannot be reached.');
  })));
  loading = false;
  if (again) {
    again = false;
    load();
  }
}

ranges?.addEventListener('click', event => {
  const chosen = event.target.closest('[data-range]')?.dataset.range;
  if (!chosen || chosen === range) return;
  range = chosen;
  for (const button of ranges.querySelectorAll('[data-range]')) button.setAttribute('aria-pressed', String(button.dataset.range === range));
  const address = new URL(location.href);
  address.searchParams.set('range', range);
  history.replaceState(null, '', address);
  document.getElementById('range').value = range;
  htmx.trigger('#gaps', 'refresh');
  load();
});

// A long range moves too slowly to be worth a request for every window.
document.addEventListener('fleet:change', event => {
  if (!event.detail.all && !event.detail.changes.telemetry) return;
  timer ??= setTimeout(() => {
    timer = null;
    load();
  }, Math.min(30000, lengths[range] / 3600));
});

// A channel that was not there when the page was made.
document.addEventListener('htmx:afterOnLoad', event => {
  if (event.detail.elt.id !== 'parts') return;
  const now = event.detail.xhr.responseText.split('data-channel=').length - 1;
  if (now > charts.length) location.reload();
});

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(chart => chart.redraw()));
if (charts.length) load();
