// Server-sent events. They say what changed; elements that show it say so, and are fetched anew:
//   data-refresh="device event"        on any change of these kinds
//   data-refresh-rows="telemetry"      only where a row below shows what changed (data-device)
//   data-refresh-ms="2000"             not more often than this
const dirty = new Set();
const last = new Map();
let source = null;
let wasReady = false;

const words = document.documentElement.lang.startsWith('zh')
  ? { Live: '即時', 'Not live': '非即時', Reconnecting: '重新連線中' } : {};

function status(text, className) {
  const element = document.getElementById('live');
  if (!element) return;
  element.textContent = words[text] ?? text;
  element.className = `live ${className}`;
}

function concerns(element, change) {
  if (change.all) return true;
  const kinds = (element.dataset.refresh ?? '').split(' ');
  if (kinds.some(kind => change.changes[kind])) return true;
  const rowKinds = (element.dataset.refreshRows ?? '').split(' ');
  const names = rowKinds.flatMap(kind => change.changes[kind] ?? []);
  return names.length > 0 && names.some(name => element.querySelector(`[data-device="${CSS.escape(name)}"]`));
}

function refresh() {
  const now = performance.now();
  for (const id of [...dirty]) {
    const element = document.getElementById(id);
    const wait = Number(element?.dataset.refreshMs ?? 1500);
    if (element && now - (last.get(id) ?? -wait) < wait) continue;
    dirty.delete(id);
    if (!element) continue;
    last.set(id, now);
    htmx.trigger(element, 'refresh');
  }
}

function take(change) {
  for (const element of document.querySelectorAll('[data-refresh], [data-refresh-rows]')) {
    if (concerns(element, change)) dirty.add(element.id);
  }
  document.dispatchEvent(new CustomEvent('fleet:change', { detail: change }));
  refresh();
}

function open(address) {
  if (source) return;
  source = new EventSource(address);
  source.addEventListener('ready', () => {
    status('Live', 'on');
    // What changed while nobody listened is not known.
    if (wasReady) take({ all: true });
    wasReady = true;
  });
  source.addEventListener('change', event => take(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    const over = source?.readyState === EventSource.CLOSED;
    status(over ? 'Not live' : 'Reconnecting', 'lost');
    if (over) {
      source = null;
      setTimeout(() => document.hidden || open(address), 10000);
    }
  });
}

function close() {
  source?.close();
  source = null;
}

export function startLive(address) {
  // Browsers allow six connections to a server; pages in the background must not hold one each.
  document.addEventListener('visibilitychange', () => document.hidden ? close() : open(address));
  addEventListener('pagehide', close);
  addEventListener('pageshow', () => document.hidden || open(address));
  setInterval(refresh, 500);
  if (!document.hidden) open(address);
}
