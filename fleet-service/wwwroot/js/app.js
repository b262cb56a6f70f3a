// What every page needs: times in the viewer's zone, copy buttons, and refreshing what changed.
import { showTimes } from './times.js';
import { startLive } from './live.js';

document.documentElement.classList.add('js');
showTimes(document);
document.addEventListener('htmx:afterSwap', () => showTimes(document));
document.addEventListener('htmx:oobAfterSwap', () => showTimes(document));

// Addresses without the filters that are not set.
document.addEventListener('htmx:configRequest', event => {
  const parameters = event.detail.parameters;
  if (event.detail.verb !== 'get') return;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === '') delete parameters[name];
  }
});

// A session that ended: the sign-in page, and then back to here.
document.addEventListener('htmx:responseError', event => {
  if (event.detail.xhr.status === 401) location.reload();
});

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const text = document.getElementById(button.dataset.copy).textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    // Without https browsers keep the clipboard closed: mark the text, so that the keyboard can copy it.
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    button.textContent = 'Marked';
  }
});

document.addEventListener('submit', event => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

if (document.body.dataset.live) startLive(document.body.dataset.live);
