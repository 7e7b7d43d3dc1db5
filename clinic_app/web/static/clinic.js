/* clinic.js: keys, scanner, suggestions, focus and requests for every page; lock and lost server: clinic-guard.js.
   Screens write data attributes only (KEYS_AND_ATTRIBUTES.md); nothing here knows a screen. Floor: Chromium 86. */
(function () {
  'use strict';
  const doc = document, body = doc.body, SCAN_MS = 35, SCAN_MIN = 8, DOUBLE_MS = 1000, WAY_MS = 10000, guard = window.clinicGuard;
  const byId = (id) => (id ? doc.getElementById(id) : null);
  const all = (sel, root) => Array.from((root || doc).querySelectorAll(sel));
  const attr = (name, value) => '[' + name + '="' + CSS.escape(value) + '"]';
  const on = (name, act, capture) => doc.addEventListener(name, act, capture);
  const told = (name, act) => on(name, (e) => { if (e.detail) act(e.detail.value, e.detail); });  // HX-Trigger headers
  const shown = (el) => el.getClientRects().length > 0 && getComputedStyle(el).visibility !== 'hidden';
  const usable = (el) => !el.disabled && el.getAttribute('aria-disabled') !== 'true' && shown(el);
  const topDialog = () => all('dialog[open]').pop() || null;
  const NOT_TEXT = /^(checkbox|radio|button|submit|reset|file|range|color|image|hidden)$/;
  const isText = (el) => !!el && (el.tagName === 'TEXTAREA' || (el.tagName === 'INPUT' && !NOT_TEXT.test(el.type)));
  const make = (tag, props, ...children) => { const el = Object.assign(doc.createElement(tag), props); el.append(...children); return el; };
  let leaving = null, last = null, pendingDigit = 0, digitAct = null, chosen = null, scanBusy = null, toastLeft = 10, audio = null;
  /* ---- focus: never lost to <body> by a swap ---- */
  function focusOn(el) {
    if (el && el.tabIndex < 0 && !el.hasAttribute('tabindex')) el.tabIndex = -1;
    if (el) el.focus();
    if (isText(el) && el.tagName === 'INPUT') el.select();
  }
  const isLost = () => !topDialog() && (!doc.activeElement || doc.activeElement === body);
  const heading = () => all('main h2').find(shown) || doc.querySelector('h1');
  function restoreFocus() {
    const dialog = topDialog();
    if (dialog && doc.activeElement === body) focusOn(all('[autofocus]', dialog).find(usable));  // a refused button was disabled meanwhile
    if (!last || !isLost()) return;
    const same = [byId(last.id), last.el].find((el) => el && el.isConnected && usable(el)), pane = byId(last.pane);
    if (same) same.focus(); else focusOn((pane && pane.querySelector('h2')) || heading());
  }
  const wanted = () => all('[autofocus]').find(usable);  // the browser may be slower with it than the load event
  window.addEventListener('load', () => setTimeout(() => { if (isLost()) focusOn(wanted() || heading()); }, 0));
  on('focusin', (e) => {
    const pane = e.target.closest('.pane[id]');
    last = { el: e.target, id: e.target.id, pane: pane ? pane.id : 'main' };
  });
  on('pointerdown', () => { guard.seen(); setTimeout(() => { if (doc.activeElement === body) last = null; }, 0); });
  told('focus', (selector) => { if (selector) focusOn(doc.querySelector(selector)); });  // native focus events do not bubble to here
  /* ---- keys ---- */
  const NAMES = { Escape: 'Esc', PageDown: 'PgDn', PageUp: 'PgUp' };
  function keyName(e) {
    let key = NAMES[e.key] || (e.key.length === 1 ? e.key.toUpperCase() : e.key);
    if (e.altKey && /^(Key[A-Z]|Digit\d)$/.test(e.code)) key = e.code.slice(-1);  // Alt changes e.key on some layouts
    if (key === '+' && e.code !== 'NumpadAdd' && !/^(numeric|decimal)$/.test(e.target.inputMode)) key = 'Plus';  // text may hold a plus
    const shift = e.shiftKey && (e.altKey || e.ctrlKey || key.length > 1);
    return (e.ctrlKey ? 'Ctrl+' : '') + (e.altKey ? 'Alt+' : '') + (shift ? 'Shift+' : '') + key;
  }
  function findKey(name) {  // nearest to the focus first: each row or pane may own the same key
    const root = topDialog() || doc.documentElement, sel = attr('data-key', name);
    for (let n = doc.activeElement; n && root.contains(n); n = n.parentElement) {
      const hit = [n].concat(all(sel, n)).find((el) => el.matches(sel) && usable(el));
      if (hit) return hit;
    }
    return all(sel, root).find(usable) || null;
  }
  const press = (el) => (isText(el) || el.tagName === 'SELECT' ? focusOn(el) : el.click());
  /* A second F9 right after the first, or right after the page it brought, is the same press: it must not act on the
     next patient, confirm a dialog that nobody has read, or send the blank form. */
  const PRESSED = 'pressed', primary = { from: 0, until: 0, isNow: false, xhr: null };
  const hush = (ms) => { primary.until = Date.now() + ms; };
  const wayBetweenPages = (act) => { try { return act(sessionStorage); } catch (_) { return null; } };  // may be switched off
  function pressPrimary() {
    const button = findKey('F9'), at = doc.activeElement;
    if (!button || Date.now() < primary.until) return;
    if (chosen && chosen.xhr && chosen.xhr.readyState % 4) { chosen.thenPrimary = true; return; }  // on its way; what was just chosen is what is sent: the server may take two requests in any order
    primary.from = Date.now();
    hush(DOUBLE_MS);
    if (isText(at)) { at.blur(); at.focus(); }  // as a click would: the field's change is known before the act
    primary.isNow = true; button.click(); primary.isNow = false;
  }
  on('submit', (e) => { if (primary.isNow && !e.defaultPrevented) hush(WAY_MS); });  // a plain form: its answer is the next page
  window.addEventListener('pagehide', () => {
    if (Date.now() - primary.from < WAY_MS) wayBetweenPages((kept) => kept.setItem(PRESSED, '1'));
  });
  if (wayBetweenPages((kept) => kept.getItem(PRESSED))) hush(DOUBLE_MS);
  wayBetweenPages((kept) => kept.removeItem(PRESSED));
  on('keydown', (e) => {
    if (e.isComposing || e.keyCode === 229 || !e.key || e.metaKey) { scan.text = ''; return; }
    guard.seen();
    const name = keyName(e);
    if (guard.isLocked()) { if (name === 'Esc' || /^F\d/.test(name)) e.preventDefault(); return; }
    if (scanned(e)) return;
    if (name === 'Alt+Shift+L') { e.preventDefault(); guard.lock(true); }
    else if (name === 'F1') { e.preventDefault(); keyHelp(); }
    else if (name === 'Esc') escape(e);
    else if (name === 'F9' || name === 'Ctrl+Enter') { e.preventDefault(); if (digitAct) choose(); if (!e.repeat) pressPrimary(); }
    else if (/^[1-9]$/.test(name)) digit(e, Number(name));
    else if (boxKey(name)) e.preventDefault();
    else if (name === 'Enter') enter(e);
    else if (name === 'ArrowDown' || name === 'ArrowUp') arrow(e, name === 'ArrowDown' ? 1 : -1);
    else {
      const row = name === ' ' && (e.target.matches('tr,li') ? e.target : e.target.dataset.down && !e.target.value && doc.querySelector(e.target.dataset.down + ' tr.on'));
      const tick = row && row.querySelector('input[type=checkbox]');
      const el = tick || (/^(F\d+|Alt\+.+|\+)$/.test(name) && findKey(name));
      if (el) { e.preventDefault(); if (!e.repeat) press(el); }
    }
  }, true);
  function escape(e) {
    const box = boxOf(doc.activeElement), dialog = topDialog();
    if (box && listOf(box) && !listOf(box).hidden) { e.preventDefault(); shut(box); return; }
    const told = refusal() && refusal().querySelector('[data-dismiss]');  // what was refused is read first, then the step back
    const el = (told && usable(told) && told) || findKey('Esc') || (!dialog && all('[data-back]').find(usable));
    if (dialog || el) e.preventDefault();
    if (el) press(el); else closeDialog(dialog);
    if (el === told) restoreFocus();
  }
  function digit(e, n) {  // waits a moment: the first digit of a scan must not choose a person
    const at = doc.activeElement, box = boxOf(at);
    let act = null;
    takeDigit();
    if (scan.text.length > 1) return;
    if (box && isOpen(box)) {
      const option = box.dataset.digits !== 'off' && !/\d$/.test(box.value) && options(listOf(box))[n - 1];
      act = option && (() => pick(box, option));
    } else if (!isText(at) && at.tagName !== 'SELECT') {
      const el = findKey(String(n));
      act = el && (() => press(el));
    }
    if (act) { e.preventDefault(); digitAct = act; pendingDigit = setTimeout(choose, SCAN_MS + 10); }
  }
  function choose() { const act = takeDigit(), before = chosen, now = chosen = { xhr: null, thenPrimary: false }; act(); chosen = now.xhr ? now : before; }
  function takeDigit() { const act = digitAct; clearTimeout(pendingDigit); digitAct = null; return act; }
  function keyHelp() {
    const box = byId('keys'), list = box && box.querySelector('[data-keys-list]'), done = {};
    if (!box || box.open) { if (box) box.close(); return; }
    list.textContent = '';
    const own = (el) => (el.closest('.topbar') ? 1 : 0);  // what this page does stands before the modules
    all('[data-key]', topDialog() || doc).filter(shown).sort((a, b) => own(a) - own(b)).forEach((el) => {
      const key = el.dataset.key, copy = el.cloneNode(true);
      all('kbd', copy).forEach((k) => k.remove());
      const label = el.dataset.keyLabel || el.getAttribute('aria-label') || copy.textContent.trim();
      if (!done[key] && label) list.append(make('dt', {}, make('kbd', {}, key)), make('dd', {}, label));
      done[key] = done[key] || label;
    });
    box.showModal();
  }
  /* ---- Enter and arrows ---- */
  function fieldsOf(inputs) {
    const fields = inputs.filter((el) => /^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName) && !/^(hidden|button|submit|reset|image)$/.test(el.type) &&
      !el.disabled && !el.readOnly && el.tabIndex >= 0 && shown(el));
    const mates = (el) => fields.filter((m) => m.type === 'radio' && m.name === el.name);
    return fields.filter((el) => el.type !== 'radio' || el === (mates(el).find((m) => m.checked) || mates(el)[0]));
  }
  function next(el) {  // false: the browser may do what it does with Enter
    const row = el.closest('[data-entry]'), form = row ? null : el.form;
    const scope = row || el.closest('.pane,dialog,main') || body;
    const list = fieldsOf(form ? Array.from(form.elements) : all('input,select,textarea', scope)).filter((f) => f === el || !('seldom' in f.dataset));
    if (form && list.length < 2) return false;
    const i = list.findIndex((f) => f === el || (f.type === 'radio' && el.type === 'radio' && f.name === el.name));
    const add = row && row.querySelector('[data-enter]');
    if (i >= 0 && i < list.length - 1) focusOn(list[i + 1]);
    else if (add) press(add);
    else if (form) focusOn(Array.from(form.elements).find((b) => b.type === 'submit' && usable(b)));
    return true;
  }
  function enter(e) {
    const el = e.target;
    if (el.matches('tr,li')) { e.preventDefault(); (el.querySelector('a[href],button') || el).click(); return; }
    if (el.matches('button,a,summary')) { if (e.repeat) e.preventDefault(); return; }
    if (!el.matches('input,select') || 'enterSubmits' in el.dataset || /^(button|submit)$/.test(el.type)) return;
    if (e.repeat || next(el)) e.preventDefault();
  }
  const stopsOf = (nav) => all('li,tr', nav)
    .map((row) => (row.hasAttribute('tabindex') ? row : row.querySelector('a[href],button'))).filter((el) => el && usable(el));
  function arrow(e, step) {
    const el = doc.activeElement, nav = el.closest('.q,[data-nav]'), below = step > 0 && el.dataset.down && doc.querySelector(el.dataset.down);
    let stops = [];
    if (below) stops = stopsOf(below);
    else if (!nav || el.matches('textarea,select,input[type=radio]')) return;
    else if (isText(el)) stops = all('input', nav).filter((f) => isText(f) && usable(f) && (f.dataset.col || f.name) === (el.dataset.col || el.name));
    else stops = stopsOf(nav);
    const to = stops[below ? 0 : stops.findIndex((s) => s === el || s.contains(el)) + step];
    if (to) { e.preventDefault(); focusOn(to); to.scrollIntoView({ block: 'nearest' }); }
  }
  /* ---- scanner ---- */
  const scan = { text: '', at: 0, el: null, value: '', from: null, to: null }, waiting = [];
  function scanned(e) {  // true: this Enter ended a scan
    if (/^(Shift|CapsLock|NumLock)$/.test(e.key)) return false;
    const fast = e.timeStamp - scan.at < SCAN_MS, el = doc.activeElement;
    if (e.key === 'Enter' && fast && scan.text.length >= SCAN_MIN) {
      const text = scan.text, target = all('[data-scan]', topDialog() || doc).find((t) => !t.disabled);
      scan.text = ''; takeDigit();
      if (!target && !(isText(scan.el) && /^(numeric|decimal)$/.test(scan.el.inputMode))) return false;  // typed on purpose
      e.preventDefault(); e.stopImmediatePropagation();
      unType();
      if (target) { waiting.push({ target, text }); sendScan(); }
      return true;
    }
    if (e.key.length !== 1 || e.ctrlKey || e.altKey || e.repeat) { scan.text = ''; return false; }
    if (!fast || !scan.text) Object.assign(scan, { text: '', el, value: el.value, from: isText(el) ? el.selectionStart : null, to: el.selectionEnd });
    Object.assign(scan, { text: scan.text + e.key, at: e.timeStamp });
    return false;
  }
  function unType() {
    const el = scan.el;
    if (!(isText(el) || el.tagName === 'SELECT') || el.value === scan.value) return; else el.value = scan.value;
    if (scan.from !== null) el.setSelectionRange(scan.from, scan.to);
    el.dispatchEvent(new Event('input', { bubbles: true }));
  }
  function sendScan() {  // one at a time: a second scan must not overwrite the first while it is on its way
    const job = !scanBusy && waiting.shift();
    const target = job && (job.target.isConnected ? job.target : doc.querySelector('[data-scan]'));
    if (!target) return;
    const before = target.value;
    target.value = job.text;
    if (target.dataset.scan === 'submit' && target.form) target.form.requestSubmit(); else window.htmx.trigger(target, 'scan');
    target.value = before;
  }
  /* ---- combobox ---- */
  const boxOf = (el) => (el && el.getAttribute && el.getAttribute('role') === 'combobox' ? el : null);
  const listOf = (box) => byId(box.getAttribute('aria-controls'));
  const isOpen = (box) => box.getAttribute('aria-expanded') === 'true';
  const options = (list) => (list ? all('[role=option]', list) : []);
  const able = (option) => option.getAttribute('aria-disabled') !== 'true';
  const current = (box) => options(listOf(box)).find((o) => o.getAttribute('aria-selected') === 'true');
  const answered = (box) => ('asked' in box.dataset ? box.dataset.asked : box.defaultValue);
  const stale = (box) => box.hasAttribute('hx-get') && box.value.trim() !== '' && box.value !== answered(box);
  function mark(box, option) {
    options(listOf(box)).forEach((o) => o.setAttribute('aria-selected', String(o === option)));
    if (option) { box.setAttribute('aria-activedescendant', option.id); option.scrollIntoView({ block: 'nearest' }); }
    else box.removeAttribute('aria-activedescendant');
  }
  function show(box) {
    const list = listOf(box), found = options(list), noDefault = 'free' in box.dataset || 'noDefault' in list.dataset;
    found.forEach((o, i) => { if (!o.id) o.id = list.id + '-' + (i + 1); });
    list.hidden = !list.firstElementChild;
    list.removeAttribute('aria-busy');
    box.setAttribute('aria-expanded', String(found.length > 0));
    mark(box, noDefault ? null : [current(box)].concat(found).find((o) => o && able(o) && !('notFirst' in o.dataset)));
    list.scrollIntoView({ block: 'nearest' });  // low in a pane the list would be cut off
  }
  function shut(box) {
    if (listOf(box)) listOf(box).hidden = true;
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
  }
  function boxKey(name) {  // true: the list took this key
    const box = boxOf(doc.activeElement), found = box ? options(listOf(box)) : [], step = { ArrowDown: 1, ArrowUp: -1 }[name];
    if (!box || !listOf(box)) return false;
    if (name === 'Tab') shut(box);
    const can = found.filter(able), i = can.indexOf(current(box));
    if (step && found.length) {
      if (!isOpen(box)) show(box); else mark(box, can[i < 0 ? (step > 0 ? 0 : can.length - 1) : (i + step + can.length) % can.length]);
      return true;
    }
    if (name !== 'Enter') return false;
    const free = 'free' in box.dataset, at = isOpen(box) && current(box);
    if (stale(box) && !free) return true;  // the list for this text is still on its way
    if (at) pick(box, at); else if (free) shut(box); else if (isOpen(box)) warn(all('[data-choose]', listOf(box))[0]);
    return Boolean(at) || (isOpen(box) && !free);
  }
  const say = (text) => { if (byId('say')) byId('say').textContent = text; };
  const warn = (line) => { if (line) { line.classList.add('told'); say(line.dataset.reason || line.textContent); } };
  function pick(box, option) {
    if (!able(option) || stale(box)) {  // refused: the reason stands in the option; show and say it again
      warn(option);
      return;
    }
    window.htmx.trigger(box, 'htmx:abort');
    shut(box);
    if (option.dataset.go) { if (!guard.isDown() && /^\/(?!\/)/.test(option.dataset.go)) window.location.assign(option.dataset.go); return; }
    fill(box, option);
    window.htmx.trigger(option, 'pick');
    if (box.dataset.then === 'submit' && box.form) box.form.requestSubmit(); else if (box.dataset.then !== 'stay') next(box);
  }
  function named(box, name) {  // this row's field before the form's
    const row = box.closest('[data-entry],tr'), inRow = row ? all(attr('name', name), row) : [];
    return inRow.length ? inRow : box.form ? Array.from(box.form.elements).filter((el) => el.name === name) : [];
  }
  function fill(box, option) {
    const scope = box.closest('[data-entry],tr') || box.form || body;
    if ('value' in option.dataset) box.value = option.dataset.value;
    box.dataset.asked = box.value;
    box.toggleAttribute('data-settled', 'known' in option.dataset);  // leaving the box tells of a change answered already
    Array.from(option.attributes).filter((a) => a.name.startsWith('data-fill-')).forEach((a) => {
      const name = a.name.slice(10);
      named(box, name).forEach((el) => {
        if (el.type === 'radio') el.checked = el.value === a.value; else if (el.type === 'checkbox') el.checked = a.value === '1'; else el.value = a.value;
        if (!('known' in option.dataset)) el.dispatchEvent(new Event('change', { bubbles: true }));
      });
      all(attr('data-show', name), scope).forEach((el) => { el.textContent = a.value; });
    });
  }
  on('input', (e) => {
    const box = boxOf(e.target), list = box && listOf(box);
    if (e.isComposing) { e.stopImmediatePropagation(); return; }  // letters of an unfinished word ask the server nothing
    if (!list) return;
    delete box.dataset.settled;
    (box.dataset.clears || '').split(/\s+/).filter(Boolean).forEach((n) => named(box, n).forEach((el) => { el.value = ''; }));
    if (stale(box)) list.setAttribute('aria-busy', 'true'); else if (!box.value.trim()) shut(box);
  }, true);
  on('change', (e) => { if ('settled' in e.target.dataset) { delete e.target.dataset.settled; e.stopImmediatePropagation(); } }, true);
  on('compositionend', (e) => e.target.dispatchEvent(new Event('input', { bubbles: true })));
  on('focusout', (e) => { const box = boxOf(e.target); if (box) setTimeout(() => { if (doc.activeElement !== box) shut(box); }, 120); });
  on('mousedown', (e) => { if (e.target.closest('[role=option]')) e.preventDefault(); });
  /* ---- clicks, dialogs, toast, sound, paper ---- */
  on('click', (e) => {
    const at = (sel) => e.target.closest(sel), list = at('[role=option]') && at('[role=listbox]');
    const box = list && doc.querySelector('[role=combobox]' + attr('aria-controls', list.id));
    if (box) pick(box, at('[role=option]'));
    else if (at('[data-lock]')) { e.preventDefault(); guard.lock(true); }
    else if (at('[data-close]')) { e.preventDefault(); closeDialog(at('dialog')); }
    else if (at('[data-dismiss]')) tell('');
    else if (at('[data-print]')) window.print();
  }, true);
  // looked up each time: a boosted form exchanges everything inside <body>, these places too
  const dialogs = () => byId('dialog'), toasts = () => byId('toast');
  function closeDialog(dialog) {
    if (!dialog) return;
    dialog.close(); if (dialogs() && dialogs().contains(dialog)) dialog.remove();
    restoreFocus();
  }
  let toastShown = null; function look() {
    const note = toasts() && toasts().firstElementChild;
    if (dialogs()) all('dialog:not([open])', dialogs()).forEach((d) => d.showModal());
    if (note !== toastShown) { toastShown = note; toastLeft = note ? 10 : 0; }
    guard.keepShut();
  }
  new MutationObserver(look).observe(body, { childList: true, subtree: true });
  setInterval(() => {  // waits while the person is on it
    if (toastShown && !toasts().matches(':hover,:focus-within') && (toastLeft -= 0.5) <= 0) toasts().textContent = '';
  }, 500);
  function toast(text) {
    if (toasts() && text) toasts().replaceChildren(make('div', { className: 'toast' }, make('span', {}, text)));
  }
  function beep(kind) {
    if (body.dataset.sound === 'off' || !window.AudioContext) return;
    audio = audio || new AudioContext();
    const wrong = kind === 'wrong', tone = new OscillatorNode(audio, { type: wrong ? 'square' : 'sine', frequency: wrong ? 220 : 880 });
    tone.connect(audio.destination); tone.start(); tone.stop(audio.currentTime + (wrong ? 0.4 : 0.09));
  }
  told('toast', toast); told('sound', beep); told('dialogClose', () => closeDialog(topDialog()));
  told('print', (url) => { if (/^\/(?!\/)/.test(url)) body.append(make('iframe', { src: url, className: 'vh' })); });  // the page prints itself
  if ('autoprint' in body.dataset) window.addEventListener('load', () => window.print());
  /* ---- leaving with unsaved text ---- */
  on('submit', (e) => { leaving = e.target; }, true);
  const clean = new WeakMap(), stateOf = (form) => new URLSearchParams(new FormData(form)).toString();
  const remember = (saved) => all('form[data-guard]').filter((f) => !clean.has(f)).forEach((f) => clean.set(f, saved ? stateOf(f) : ''));
  remember(true); look();
  window.addEventListener('beforeunload', (e) => {
    const dirty = all('form[data-guard]').some((f) => f !== leaving && clean.get(f) !== stateOf(f));
    leaving = null;
    if (dirty) { e.preventDefault(); e.returnValue = ''; }
  });
  /* ---- htmx ---- */
  const sent = new WeakMap(), same = new WeakMap(), live = new Set(), BESIDE = /^(input|change)$/, elOf = (e) => e.detail.requestConfig && e.detail.requestConfig.elt;
  const refusal = () => (topDialog() && topDialog().querySelector('[data-refusal]')) || byId('refusal');  // a dialog covers the page's own
  const tell = (text) => { if (refusal()) refusal().replaceChildren(...(text ? [make('p', { className: 'refusal' }, text)] : [])); };
  const formOf = (el) => (el && el.tagName === 'FORM' ? el : el && el.form);
  on('htmx:configRequest', (e) => {
    const token = doc.querySelector('meta[name=csrf]');
    e.detail.headers['X-CSRF'] = token ? token.content : '';
  });
  on('htmx:beforeRequest', (e) => {
    const el = elOf(e) || e.target, form = formOf(el), guarded = form && 'guard' in form.dataset;
    if (guard.holdsBack(el, e.detail.requestConfig)) { e.preventDefault(); return; }
    if (chosen && !chosen.xhr) chosen.xhr = e.detail.xhr; else if (primary.isNow) { primary.xhr = e.detail.xhr; hush(WAY_MS); }
    if (e.detail.requestConfig.verb !== 'get' && !BESIDE.test((e.detail.requestConfig.triggeringEvent || '').type)) tell('');  // an autosave wipes no refusal
    if (el.matches('[data-scan]') || (el === form && el.querySelector('[data-scan]'))) scanBusy = e.detail.xhr;
    sent.set(e.detail.xhr, { value: el.value, form, state: guarded ? stateOf(form) : null }); live.add(e.detail.xhr);
  });
  on('htmx:beforeOnLoad', (e) => {  // before a redirect in the answer leaves the page
    const job = sent.get(e.detail.xhr);
    leaving = null;
    if (e.detail.xhr.status < 400 && job && job.state !== null) clean.set(job.form, job.state);
  });
  on('htmx:oobBeforeSwap', (e) => {  // never what is being typed, nor what was typed since the form was sent
    const own = 'ownText' in e.detail.target.dataset && (byId(e.detail.target.dataset.ownText) || e.detail.target);
    if (own && (own === doc.activeElement || (clean.has(own.form) && new URLSearchParams(clean.get(own.form)).get(own.name) !== own.value))) e.preventDefault();
  });
  on('htmx:beforeSwap', (e) => {
    const d = e.detail, el = elOf(e), text = d.serverResponse, status = d.xhr.status;
    if (status === 423) { d.shouldSwap = false; guard.lock(false); return; }
    const ours = status < 400 || d.xhr.getResponseHeader('HX-Retarget') || /^(403|404|409|410|422|429)$/.test(status);
    if (!ours) { d.shouldSwap = false; tell(body.dataset.msgFailed); return; }  // not one of our answers: a proxy, a crash
    if (d.target && d.target.id === 'refusal') d.target = refusal();
    if (d.target === body) { live.forEach((xhr) => xhr !== d.xhr && xhr.abort()); live.clear(); }  // asked for by the page before: not for the next
    if (!el || !('quiet' in el.dataset) || status !== 200) return;
    if (same.get(el) === text) d.shouldSwap = false; else same.set(el, text);
  });
  on('htmx:afterSettle', (e) => {
    [e.target].concat(all('[data-sound]', e.target)).filter((el) => el !== body && el.dataset.sound).slice(0, 1).forEach((el) => beep(el.dataset.sound));
    remember(!e.detail.xhr || e.detail.xhr.status < 400);  // a form that came back refused still holds what nobody saved
    restoreFocus();
    if (e.target === body && isLost()) focusOn(heading());
  });
  on('htmx:afterRequest', (e) => {
    const box = boxOf(elOf(e)), job = sent.get(e.detail.xhr), here = box && doc.activeElement === box; live.delete(e.detail.xhr);
    if (e.detail.xhr === primary.xhr) hush(DOUBLE_MS);
    if (chosen && e.detail.xhr === chosen.xhr) { const go = chosen.thenPrimary && e.detail.successful && !e.detail.xhr.getResponseHeader('HX-Redirect'); chosen = null; if (go) setTimeout(pressPrimary, 0); }
    if (e.detail.xhr === scanBusy) { scanBusy = null; setTimeout(sendScan, 0); }
    if (box && job && job.value === box.value) box.dataset.asked = box.value;
    if (box && !here) shut(box); else if (here && job && listOf(box) && job.value === box.value && e.detail.successful) show(box);
    restoreFocus();
  });
}());
