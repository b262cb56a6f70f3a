// The map: coasts and borders that come with the service, tiles where the operator names some, and nodes by their state.
// Nodes that would cover each other are one mark with their number; it opens by a click or Enter.
const order = ['Never', 'Online', 'Offline', 'Warning', 'Critical'];
const cellPx = 44;
const element = document.getElementById('map');

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = name => style.getPropertyValue(name).trim();
  return { fillColor: of('--surface'), color: of('--line-strong'), weight: .7, fillOpacity: 1, opacity: .6 };
}

async function json(address) {
  const answer = await fetch(address, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

function dot(state, many) {
  const mark = document.createElement('span');
  mark.className = `dot ${state.toLowerCase()} ${many ? 'many' : 'node'}`;
  if (many) mark.textContent = many > 999 ? `${Math.round(many / 1000)}k` : many;
  return mark;
}

function icon(state, many) {
  const size = many ? 34 : 18;
  return L.divIcon({ className: '', html: dot(state, many), iconSize: [size, size] });
}

function popup(node) {
  const body = document.createElement('div');
  const link = document.createElement('a');
  link.href = `/devices/${encodeURIComponent(node.id)}`;
  link.textContent = node.name;
  const site = document.createElement('div');
  site.textContent = node.site;
  body.append(link, site);
  return body;
}

// A grid of the zoom: what falls into one cell is one mark at its middle.
function cells(map, nodes) {
  const found = new Map();
  const zoom = map.getZoom();
  for (const node of nodes) {
    const point = map.project([node.latitude, node.longitude], zoom);
    const key = zoom >= map.getMaxZoom() ? node.id : `${Math.floor(point.x / cellPx)}:${Math.floor(point.y / cellPx)}`;
    const cell = found.get(key);
    if (cell) cell.push(node); else found.set(key, [node]);
  }
  return found.values();
}

function draw(map, layer, nodes) {
  layer.clearLayers();
  const seen = map.getBounds().pad(.3);
  const shown = nodes.filter(node => seen.contains([node.latitude, node.longitude]));
  for (const cell of cells(map, shown)) {
    const worst = cell.reduce((a, b) => order.indexOf(b.state) > order.indexOf(a.state) ? b : a);
    if (cell.length === 1) {
      L.marker([worst.latitude, worst.longitude], { icon: icon(worst.state), title: `${worst.name}, ${worst.site}`, alt: worst.name, zIndexOffset: order.indexOf(worst.state) * 100 })
        .bindPopup(popup(worst)).addTo(layer);
      continue;
    }
    const bounds = L.latLngBounds(cell.map(node => [node.latitude, node.longitude]));
    L.marker(bounds.getCenter(), { icon: icon(worst.state, cell.length), title: `${cell.length} × ${worst.site}`, alt: `${cell.length}` })
      .on('click', () => map.getBoundsZoom(bounds) > map.getZoom() ? map.fitBounds(bounds.pad(.2)) : map.setZoom(map.getMaxZoom()))
      .addTo(layer);
  }
}

async function start() {
  const { tiles, tilesBy, tilesZoom, world } = element.dataset;
  const map = L.map(element, { preferCanvas: true, worldCopyJump: true, minZoom: 2, maxZoom: Number(tilesZoom) || 19, zoomSnap: .5 });
  map.attributionControl.setPrefix(false);
  map.setView([23.7, 121], 6);
  const atlas = await json(world);
  const ground = L.geoJSON(topojson.feature(atlas, atlas.objects.countries),
    { style: colours, interactive: false, attribution: 'Natural Earth' }).addTo(map);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => ground.setStyle(colours()));
  if (tiles) L.tileLayer(tiles, { attribution: tilesBy, maxZoom: Number(tilesZoom) }).addTo(map);
  const layer = L.layerGroup().addTo(map);
  let nodes = await json('/map?handler=Nodes');
  if (nodes.length) map.fitBounds(L.latLngBounds(nodes.map(node => [node.latitude, node.longitude])).pad(.15), { maxZoom: 12, animate: false });
  draw(map, layer, nodes);
  map.on('moveend zoomend', () => draw(map, layer, nodes));
  element.dataset.ready = nodes.length;
  let stale = false;
  document.addEventListener('fleet:change', event => {
    const change = event.detail;
    if (change.all || change.changes.device || change.changes.alert) stale = true;
  });
  // Ten thousand nodes are a megabyte: not oftener than every five seconds, and not under an open word.
  setInterval(async () => {
    if (!stale || document.hidden || element.querySelector('.leaflet-popup') || element.contains(document.activeElement)) return;
    stale = false;
    try {
      nodes = await json('/map?handler=Nodes');
      draw(map, layer, nodes);
    } catch {
      stale = true;
    }
  }, 5000);
}

start().catch(() => {
  document.getElementById('map-problem').hidden = false;
  element.hidden = true;
});
