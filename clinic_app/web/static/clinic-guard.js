/* clinic-guard.js: the lock and the lost server. Loaded before clinic.js, which asks `clinicGuard` before it acts.
   Both keep the page and what was typed; nothing is sent meanwhile, saving goes on by itself afterwards. */
window.clinicGuard = (function () {
  'use strict';
  const doc = document, body = doc.body, RETRY_MS = 5000, ANSWER_MS = 4000;
  const byId = (id) => doc.getElementById(id);
  const on = (name, act, capture) => doc.addEventListener(name, act, capture);
  const csrf = () => doc.querySelector('meta[name=csrf]');
  const lockBox = () => byId('lock');  // looked up each time: a boosted form exchanges everything inside <body>
  const say = (text) => doc.dispatchEvent(new CustomEvent('toast', { detail: { value: text } }));
  let locked = false, down = false, seenAt = 0, isOwed = false, unsaved = new Set();

  /* ---- lock ---- */
  const idle = Number((doc.querySelector('meta[name=idle-seconds]') || {}).content) || 0;
  function seen(time) {  // shared by the tabs of this browser: one busy tab keeps all of them open
    if (Date.now() - seenAt < 1000 && time !== 0) return;
    seenAt = Date.now();
    try { localStorage.setItem('seen', String(seenAt)); } catch (_) { /* storage may be switched off */ }
  }
  function lastSeen() {
    try { return Math.max(seenAt, Number(localStorage.getItem('seen'))); } catch (_) { return seenAt; }
  }
  function keepShut() {
    if (locked && lockBox() && !lockBox().open) lockBox().showModal();
  }
  function lock(tellServer) {
    if (!lockBox() || locked) return;
    locked = true;
    if (byId('keys') && byId('keys').open) byId('keys').close();
    keepShut();
    if (!tellServer) return;
    const headers = { 'X-CSRF': csrf().content, 'HX-Request': 'true' };
    fetch('/lock', { method: 'POST', keepalive: true, headers }).catch(() => {});
  }
  function emptySecret() {
    const field = lockBox().querySelector('input[type=password]');
    if (field) field.value = '';
    return field;
  }
  on('locked', () => lock(false));
  on('signedOut', () => lock(false));
  on('unlocked', (e) => {
    if (e.detail && e.detail.csrf) {
      csrf().content = e.detail.csrf;
      doc.querySelectorAll('input[name=csrf]').forEach((el) => { el.value = e.detail.csrf; });
    }
    locked = false;
    seen(0);
    emptySecret();
    lockBox().close();
  });
  on('close', (e) => { if (e.target.id === 'lock') keepShut(); }, true);
  on('htmx:afterRequest', (e) => {  // a refused secret is typed anew, not corrected blindly
    const at = e.detail.requestConfig && e.detail.requestConfig.elt;
    if (!locked || e.detail.successful || !at || !lockBox().contains(at)) return;
    const field = emptySecret();
    if (field) field.focus();
  });
  if (lockBox()) {
    on('mousemove', seen, { passive: true });
    seen(0);
    if (idle) setInterval(() => { if (Date.now() - lastSeen() > idle * 1000) lock(true); }, Math.min(5000, idle * 250));
  }

  /* ---- the clinic server cannot be reached: typing goes on, sending waits ---- */
  const isSaving = (sent) => sent.verb !== 'get' && /^(input|change)$/.test((sent.triggeringEvent || '').type);
  function owe(sent) {  // what did not get through: a draft is saved again by itself, a command only by a person
    if (sent && isSaving(sent)) unsaved.add(sent.elt); else if (!sent || sent.verb !== 'get') isOwed = true;
  }
  function setDown(yes) {
    down = yes;
    byId('down').hidden = !yes;
    body.classList.toggle('is-down', yes);
  }
  function back() {
    const again = isOwed ? body.dataset.msgAgain : body.dataset.msgBack, drafts = unsaved;
    isOwed = false;
    unsaved = new Set();
    setDown(false);
    say(again);
    drafts.forEach((el) => { if (el.isConnected) el.dispatchEvent(new Event('change', { bubbles: true })); });
  }
  function probe() {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), ANSWER_MS);
    fetch('/health', { cache: 'no-store', signal: stop.signal }).then((r) => { if (!r.ok) throw r; })
      .then(back).catch(() => setTimeout(probe, RETRY_MS)).finally(() => clearTimeout(timer));
  }
  function lost(e) {
    owe(e.detail.requestConfig);
    if (down || !byId('down')) return;
    setDown(true);
    probe();
  }
  ['htmx:sendError', 'htmx:timeout'].forEach((name) => on(name, lost));
  on('submit', (e) => {
    if (!down) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    owe(null);
  }, true);
  on('click', (e) => {  // leaving would lose the page: there is nobody to draw the next one
    const link = down && e.target.closest('a[href]:not([href^="#"])');
    if (!link) return;
    e.preventDefault();
    e.stopImmediatePropagation();
  }, true);

  return {
    lock, seen, keepShut,
    isLocked: () => locked,
    isDown: () => down,
    holdsBack(el, sent) {  // true: this request must not leave now
      if (down) owe(sent);
      return down || (locked && !lockBox().contains(el));
    },
  };
}());
