// The three axes of a captured vibration, one below the other, and their spectra. Dragging over one axis zooms all.
import { format } from './charts.js';

const area = document.getElementById('capture');
const zoomOut = document.getElementById('zoom-out');
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const plots = [];
const colours = ['--series-1', '--series-2', '--series-3'];
let answer = null;
let spectra = null;
let spectrum = null;

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

// Decades on both axes: a bridge's modes stand far above the noise, and close together at the low end.
function drawSpectrum() {
  const card = document.getElementById('spectrum');
  const place = card.querySelector('.chart');
  const axes = spectra.axes.filter(axis => axis.segments > 0);
  if (axes.length === 0) {
    card.querySelector('.message').textContent = 'No stretch without a hole is long enough for a spectrum.';
    return;
  }
  const look = { stroke: css('--quiet'), font: '11px system-ui, sans-serif', grid: { stroke: css('--grid'), width: 1 }, ticks: { show: false } };
  const size = () => ({ width: Math.max(160, place.clientWidth), height: place.clientHeight });
  const sparse = (u, splits) => splits.map(value => value == null ? null : Number(value.toPrecision(3)).toString());
  // Nothing has a logarithm at 0 Hz.
  const x = axes[0].density.slice(1).map((_, i) => (i + 1) * spectra.stepHz);
  place.replaceChildren();
  const plot = new uPlot({
    ...size(),
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { drag: { setScale: false, x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: false, distr: 3 }, y: { distr: 3 } },
    axes: [{ ...look, values: sparse, space: 40, size: 34 }, { ...look, values: sparse, size: 58, space: 24 }],
    series: [{}, ...axes.map((axis, i) => ({ label: axis.channel, stroke: css(colours[i]), width: 1.25, points: { show: false } }))],
  }, [x, ...axes.map(axis => axis.density.slice(1).map(value => value > 0 ? value * 1000 : null))], place);
  new ResizeObserver(() => plot.setSize(size())).observe(place);
  spectrum = plot;
  place.dataset.points = String(x.length);
  card.querySelector('#spectrum-kind').textContent = `Welch, ${axes[0].segments} segments of ${format(spectra.segmentSeconds)} s`;
  const parts = axes.filter(axis => axis.peakHz != null).map(axis => `${axis.channel} strongest at ${format(axis.peakHz)} Hz`);
  card.querySelector('.summary').replaceChildren(...parts.map((text, i) => {
    const part = document.createElement('span');
    part.className = ['one', 'two', 'three'][i];
    part.textContent = text;
    return part;
  }));
  place.setAttribute('aria-label', `Spectrum of the capture: ${parts.join(', ')}`);
}

function show() {
  plots.splice(0).forEach(plot => plot.destroy());
  spectrum?.destroy();
  for (const axis of answer.axes) draw(area.querySelector(`[data-axis="${axis.channel}"]`), axis);
  drawSpectrum();
}

function message(text) {
  for (const place of area.querySelectorAll('.chart .message')) place.textContent = text;
}

async function load() {
  const responses = await Promise.all(['', '/spectrum'].map(
    part => fetch(area.dataset.from + part, { headers: { Accept: 'application/json' } })));
  if (responses.some(response => response.status === 401)) {
    location.reload();
    return;
  }
  const failed = responses.find(response => !response.ok);
  if (failed) {
    message(`The service answered ${failed.status}.`);
    return;
  }
  [answer, spectra] = await Promise.all(responses.map(response => response.json()));
  show();
}

zoomOut.addEventListener('click', () => zoom(0, last()));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => answer && show());
load().catch(() => message('The service cannot be reached.'));
