// The three axes of a captured vibration, one below the other. Dragging over one zooms all of them.
import { format } from './charts.js';

const area = document.getElementById('capture');
const zoomOut = document.getElementById('zoom-out');
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const plots = [];
let answer = null;

// In mm/s2 about the mean: else gravity would press the vertical axis flat. Places without a sample are null.
function columns(axis) {
  const { samples, rate } = answer.capture;
  const x = Array.from({ length: samples }, (_, i) => i / rate);
  const y = new Array(samples).fill(null);
  let sum = 0, count = 0;
  for (const piece of axis.pieces) {
    for (const value of piece.counts) sum += value;
    count += piece.counts.length;
  }
  const mean = count ? sum / count : 0;
  let peak = 0, squares = 0;
  for (const piece of axis.pieces) {
    piece.counts.forEach((value, i) => {
      const shown = (value - mean) * answer.scale * 1000;
      y[piece.first + i] = shown;
      peak = Math.max(peak, Math.abs(shown));
      squares += shown * shown;
    });
  }
  return { data: [x, y], peak, rms: count ? Math.sqrt(squares / count) : 0, count, mean: mean * answer.scale };
}

function zoom(min, max) {
  for (const plot of plots) plot.setScale('x', { min, max });
  zoomOut.disabled = min <= 0 && max >= last();
  area.dataset.zoom = `${min.toFixed(3)} ${max.toFixed(3)}`;
}

const last = () => (answer.capture.samples - 1) / answer.capture.rate;

function draw(card, axis) {
  const place = card.querySelector('.chart');
  const { data, peak, rms, count, mean } = columns(axis);
  const plain = (u, splits) => splits.map(value => String(Number(value.toPrecision(6))).replace('-', '−'));
  const look = { stroke: css('--quiet'), font: '11px system-ui, sans-serif', grid: { stroke: css('--grid'), width: 1 }, ticks: { show: false } };
  const size = () => ({ width: Math.max(160, place.clientWidth), height: place.clientHeight });
  place.replaceChildren();
  const plot = new uPlot({
    ...size(),
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: 'capture', setSeries: false }, drag: { setScale: false, x: true, y: false }, points: { size: 6 } },
    scales: { x: { time: false }, y: { range: (u, min, max) => min == null ? [-1, 1] : [min - (max - min) * 0.05 - 1e-6, max + (max - min) * 0.05 + 1e-6] } },
    axes: [{ ...look, values: plain, space: 58, size: 34 }, { ...look, values: plain, size: 58, space: 30 }],
    series: [{}, { label: axis.channel, stroke: css('--series-1'), width: 1, spanGaps: false, points: { show: false } }],
    hooks: {
      setSelect: [u => {
        if (u.select.width < 4) return;
        zoom(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
        u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      }],
    },
  }, data, place);
  new ResizeObserver(() => plot.setSize(size())).observe(place);
  plots.push(plot);
  place.dataset.samples = String(count);
  const summary = `Peak ${format(peak)} mm/s², RMS ${format(rms)} mm/s², mean ${format(mean, 3)} m/s²`;
  card.querySelector('.summary').textContent = summary;
  place.setAttribute('aria-label', `${axis.channel} over the capture: ${summary}`);
}

function show() {
  plots.splice(0).forEach(plot => plot.destroy());
  for (const axis of answer.axes) draw(area.querySelector(`[data-axis="${axis.channel}"]`), axis);
}

function message(text) {
  for (const place of area.querySelectorAll('.chart .message')) place.textContent = text;
}

async function load() {
  const response = await fetch(area.dataset.from, { headers: { Accept: 'application/json' } });
  if (response.status === 401) {
    location.reload();
    return;
  }
  if (!response.ok) {
    message(`The service answered ${response.status}.`);
    return;
  }
  answer = await response.json();
  show();
}

zoomOut.addEventListener('click', () => zoom(0, last()));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => answer && show());
load().catch(() => message('The service cannot be reached.'));
