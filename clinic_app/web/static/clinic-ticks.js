/* clinic-ticks.js: rows ticked one by one, without a request (KEYS_AND_ATTRIBUTES.md, `data-ticks`).
   The first row without a tick is .on; after the last the focus goes where `data-ticks` says. */
(function () {
  'use strict';
  const doc = document;
  const all = (sel, root) => Array.from(root.querySelectorAll(sel));
  const focusOn = (selector) => doc.dispatchEvent(new CustomEvent('focus', { detail: { value: selector } }));
  function count(list, isMoved) {
    const boxes = all('input[type=checkbox]', list), left = boxes.filter((b) => !b.checked), now = left.length ? left[0].closest('tr') : null;
    const said = doc.querySelector('[data-ticked]');
    let isNow = false;
    all('tr', list).forEach((row) => { isNow = row.id ? row === now : isNow; row.classList.toggle('on', isNow); });  // rows without id belong to the one above
    if (said) Object.assign(said, { textContent: said.dataset.ticked.replace('{n}', boxes.length - left.length), className: 'tag ' + (left.length ? 'act' : 'ok') });
    if (isMoved) focusOn(now ? '#' + now.id : list.dataset.ticks);
  }
  doc.addEventListener('change', (e) => { const list = e.target.closest('[data-ticks]'); if (list) count(list, true); });
  doc.addEventListener('tick', (e) => {  // a scan told by the server which row it meant
    if (!e.detail) return;
    all(e.detail.value, doc).forEach((box) => { box.checked = true; count(box.closest('[data-ticks]'), false); });
  });
}());
