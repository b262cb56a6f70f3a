// Times: the server writes UTC, people read their own zone, and ages grow while they look.
const chinese = document.documentElement.lang.startsWith('zh');
const units = chinese ? [' 秒', ' 分鐘', ' 小時', ' 天', ' 天'] : [' s', ' min', ' h', ' day', ' days'];
const full = new Intl.DateTimeFormat(undefined, {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});

export function span(seconds) {
  const s = Math.abs(seconds);
  if (s < 90) return Math.round(s) + units[0];
  if (s < 5400) return Math.round(s / 60) + units[1];
  if (s < 129600) return Math.round(s / 3600) + units[2];
  const days = Math.round(s / 86400);
  return days + units[days === 1 ? 3 : 4];
}

function age(seconds) {
  if (seconds < -1) return chinese ? `${span(seconds)}後` : `in ${span(seconds)}`;
  if (seconds < 1.5) return chinese ? '現在' : 'now';
  return chinese ? `${span(seconds)}前` : `${span(seconds)} ago`;
}

function show(element, now) {
  const at = Date.parse(element.dateTime);
  const text = element.dataset.form === 'ago' ? age((now - at) / 1000) : full.format(at);
  if (element.textContent !== text) element.textContent = text;
}

export function showTimes(root) {
  const now = Date.now();
  for (const element of root.querySelectorAll('time[data-form]')) show(element, now);
}

setInterval(() => {
  if (document.hidden) return;
  const now = Date.now();
  for (const element of document.querySelectorAll('time[data-form=ago]')) show(element, now);
}, 1000);
