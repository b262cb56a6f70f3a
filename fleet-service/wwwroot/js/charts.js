// One chart of one channel: the mean and the band from minimum to maximum, or RMS and peak of a vibration. Stretches
// without data stay empty and shaded.
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// The day stands below the first tick of a day; hours run to 24 everywhere in the world that measures.
const timeLabels = [
  [31536000, '{YYYY}', null, null, null, null, null, null, 1],
  [2419200, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [86400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [3600, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [0.001, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
];
const clock = new Intl.DateTimeFormat(undefined, {
  month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});

// A number without a unit, as crest factor and kurtosis are.
const ratio = value => value == null ? '–' : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

export function format(value, decimals) {
  if (value == null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = decimals ?? (size < 1e-4 ? 4 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(size)))));
  return value.toFixed(digits).replace('-', '−');
}

// A point between two gaps has no line to be seen by.
function lonely(data) {
  const found = [];
  for (let i = 0; i < data.length; i++) {
    if (data[i] != null && data[i - 1] == null && data[i + 1] == null) found.push(i);
  }
  return found;
}

export class Chart {
  constructor(card) {
    this.card = card;
    this.place = card.querySelector('.chart');
    this.summary = card.querySelector('.summary');
    this.channel = card.dataset.channel;
    this.name = card.querySelector('h3').textContent;
    this.sentUnit = card.dataset.unit;
    this.unit = card.dataset.shown;
    this.factor = Number(card.dataset.factor);
    this.decimals = card.dataset.decimals ? Number(card.dataset.decimals) : null;
    this.vibration = card.dataset.vibration === 'true';
    this.sparse = card.dataset.sparse === 'true';
    this.plot = null;
    this.series = null;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.place);
  }

  size() {
    return { width: Math.max(160, this.place.clientWidth), height: this.place.clientHeight };
  }

  message(text) {
    this.plot?.destroy();
    this.plot = null;
    const message = document.createElement('p');
    message.className = 'message';
    message.textContent = text;
    this.place.replaceChildren(message);
    this.summary.replaceChildren();
  }

  show(series) {
    this.series = series;
    if (!series.buckets.some(bucket => bucket.count > 0)) {
      this.message('No measurements in this range.');
      return;
    }
    this.from = Date.parse(series.from) / 1000;
    this.to = Date.parse(series.to) / 1000;
    const data = this.columns(series.buckets);
    if (this.plot) {
      this.plot.setData(data);
    } else {
      this.place.replaceChildren();
      this.plot = new uPlot(this.options(), data, this.place);
    }
    this.summarise(series.buckets);
    this.place.dataset.points = String(data[0].length);
    this.place.dataset.newest = String(this.ends[this.ends.length - 1]);
  }

  // Colours are drawn, not styled: another colour scheme needs another chart.
  redraw() {
    if (!this.plot) return;
    this.plot.destroy();
    this.plot = null;
    this.show(this.series);
  }

  columns(buckets) {
    const scaled = value => value == null ? null : value * this.factor;
    this.buckets = buckets;
    this.starts = buckets.map(bucket => Date.parse(bucket.start) / 1000);
    this.ends = buckets.map(bucket => Date.parse(bucket.end) / 1000);
    const x = this.starts.map((start, i) => (start + this.ends[i]) / 2);
    return this.vibration
      ? [x, buckets.map(b => scaled(b.peak)), buckets.map(b => scaled(b.rms))]
      : [x, buckets.map(b => scaled(b.max)), buckets.map(b => scaled(b.min)), buckets.map(b => scaled(b.mean))];
  }

  options() {
    const line = (label, stroke, width, fill) => ({
      label, stroke, width, fill, spanGaps: this.sparse,
      points: { show: true, size: 4, fill: stroke, stroke, filter: (u, i) => lonely(u.data[i]) },
    });
    const edge = label => ({ label, stroke: 'transparent', width: 0, points: { show: false } });
    const plain = (u, splits) => splits.map(value => String(Number(value.toPrecision(6))).replace('-', '−'));
    const axis = { stroke: css('--quiet'), font: '11px system-ui, sans-serif', grid: { stroke: css('--grid'), width: 1 }, ticks: { show: false } };
    return {
      ...this.size(),
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { sync: { key: 'device', setSeries: false }, drag: { setScale: false, x: false }, points: { size: 7 } },
      scales: {
        x: { range: () => [this.from, this.to] },
        y: { range: (u, min, max) => this.span(min, max) },
        peak: { range: (u, min, max) => this.span(min, max) },
      },
      axes: [
        { ...axis, values: timeLabels, space: 58, size: 34 },
        { ...axis, size: 50, space: 30, values: plain, stroke: this.vibration ? css('--series-1') : axis.stroke },
        // A lorry's peak is many times the RMS: on one scale the RMS would lie flat on the ground.
        ...(this.vibration ? [{ ...axis, scale: 'peak', side: 1, size: 44, space: 30, values: plain, stroke: css('--series-2'), grid: { show: false } }] : []),
      ],
      series: this.vibration
        ? [{}, { ...line('peak', css('--series-2'), 1.25), scale: 'peak' }, line('RMS', css('--series-1'), 1.75, css('--band'))]
        : [{}, edge('max'), edge('min'), line('mean', css('--series-1'), 1.75)],
      bands: this.vibration ? [] : [{ series: [1, 2], fill: css('--band') }],
      hooks: { drawClear: [u => this.shadeGaps(u)], setCursor: [u => this.tip(u)] },
    };
  }

  span(min, max) {
    if (min == null) return [0, 1];
    if (this.vibration) return [0, max * 1.08 || 1];
    // A quiet channel must not look wild: never less than a few digits of what is shown.
    const least = Math.max(Math.abs(max) * 0.01, 5 * 10 ** -(this.decimals ?? 2));
    const pad = Math.max((max - min) * 0.08, (least - (max - min)) / 2);
    return [min - pad, max + pad];
  }

  shadeGaps(u) {
    // Where a value comes once in many windows, most have none, and nothing is lost.
    if (this.sparse) return;
    const values = u.data[u.data.length - 1];
    u.ctx.save();
    u.ctx.fillStyle = css('--gap');
    for (let i = 0; i < values.length; i++) {
      if (values[i] != null) continue;
      const left = Math.max(u.bbox.left, u.valToPos(this.starts[i], 'x', true));
      const right = Math.min(u.bbox.left + u.bbox.width, u.valToPos(this.ends[i], 'x', true));
      if (right > left) u.ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
    }
    u.ctx.restore();
  }

  tip(u) {
    let tip = u.over.querySelector('.tip');
    const i = u.cursor.idx;
    const main = u.data[u.data.length - 1];
    if (i == null || u.cursor.left < 0) {
      tip?.remove();
      return;
    }
    if (!tip) {
      tip = document.createElement('div');
      tip.className = 'tip';
      u.over.append(tip);
    }
    const text = value => format(value, this.decimals);
    const shape = this.buckets[i]?.kurtosis == null ? '' : `, crest ${ratio(this.buckets[i].crest)}, kurtosis ${ratio(this.buckets[i].kurtosis)}`;
    const what = main[i] == null ? 'no data'
      : this.vibration ? `RMS ${text(u.data[2][i])}, peak ${text(u.data[1][i])} ${this.unit}${shape}`
        : `${text(main[i])} ${this.unit} (${text(u.data[2][i])} to ${text(u.data[1][i])})`;
    const start = clock.format(this.starts[i] * 1000);
    // What is missing has an end worth knowing.
    const when = main[i] == null ? `${start} to ${clock.format(this.ends[i] * 1000)}` : start;
    tip.textContent = `${when}  ${what}`;
    const room = u.over.clientWidth - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(room, u.cursor.left - tip.offsetWidth / 2))}px`;
    tip.style.top = u.cursor.top > 40 ? '0px' : 'auto';
    tip.style.bottom = u.cursor.top > 40 ? 'auto' : '0px';
  }

  // Over the range: weighted by samples, as the service itself does.
  summarise(buckets) {
    let count = 0, sum = 0, squares = 0, min = Infinity, max = -Infinity, peak = 0;
    for (const bucket of buckets) {
      if (!bucket.count) continue;
      count += bucket.count;
      sum += bucket.mean * bucket.count;
      squares += bucket.rms ** 2 * bucket.count;
      min = Math.min(min, bucket.min);
      max = Math.max(max, bucket.max);
      peak = Math.max(peak, bucket.peak);
    }
    const parts = this.vibration
      ? [['RMS', Math.sqrt(squares / count)], ['Peak', peak]]
      : [['Mean', sum / count], ['Min', min], ['Max', max]];
    this.summary.replaceChildren(...parts.map(([name, value]) => {
      const part = document.createElement('span');
      if (this.vibration) part.className = name === 'Peak' ? 'two' : 'one';
      const number = document.createElement('b');
      number.textContent = format(value * this.factor, this.decimals);
      part.append(`${name} `, number, ` ${this.unit}`);
      return part;
    }));
    this.place.setAttribute('aria-label', `${this.name} over the chosen range: ${[...this.summary.children].map(part => part.textContent).join(', ')}`);
  }
}
