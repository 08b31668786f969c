// Forms: no double submit, busy labels, dialogs, choices that submit at once, live per-capita sum.

const GIVEN_UP = 30000;

// What is wrong and what to do is said by the server, in our words and in the page; the browser's bubble says neither
// and vanishes. Parts that htmx brings later too.
function speakForThem(part) {
  for (const form of part.querySelectorAll("form")) form.noValidate = true;
  if (part.matches?.("form")) part.noValidate = true;
}
speakForThem(document);
document.addEventListener("htmx:load", (event) => speakForThem(event.target));

// A button pressed once stays pressed until the answer comes; its label says what is going on.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented) return;
  if (form.dataset.busy === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.busy = "yes";
  const button = event.submitter;
  setTimeout(() => release(form), GIVEN_UP); // the answer was stopped or never came
  // After this turn, so that the button's own name and value are still sent.
  setTimeout(() => {
    for (const each of form.querySelectorAll("button:not([type=button])")) each.setAttribute("aria-disabled", "true");
    if (button && button.dataset.busyLabel) {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.busyLabel;
    }
  });
});

function release(form) {
  delete form.dataset.busy;
  for (const button of form.querySelectorAll("button[aria-disabled]")) {
    if (!button.dataset.reason) button.removeAttribute("aria-disabled");
    if (button.dataset.label) button.textContent = button.dataset.label;
  }
}

// Coming back with the browser's arrow, and downloads that leave the page standing, free the buttons again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) release(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest && event.target.closest("form");
  if (form) release(form);
});
document.addEventListener("submit", (event) => {
  if (event.target.dataset.download !== undefined) setTimeout(() => release(event.target), 3000);
});

// A button that cannot be used now (aria-disabled, its reason stands beside it) does nothing.
document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button[aria-disabled=true], a[aria-disabled=true]");
    if (button) event.preventDefault();
  },
  true,
);

// <button type="button" data-opens="dialog-id">: consequences first, focus on the safe button (autofocus).
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});

// <select data-submits> or a radio inside <form data-submits>: the filter takes effect at once.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submits]");
  if (form) form.requestSubmit();
});

// <input type="checkbox" data-all="name">: the head box of a table; shows "some" when only some are ticked.
function boxes(head) {
  return [...document.querySelectorAll(`input[type=checkbox][name="${head.dataset.all}"]:not(:disabled)`)];
}
function showHead(head) {
  const all = boxes(head);
  const on = all.filter((box) => box.checked).length;
  head.checked = on > 0 && on === all.length;
  head.indeterminate = on > 0 && on < all.length;
}
document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.dataset && box.dataset.all) {
    for (const each of boxes(box)) each.checked = box.checked;
    box.dispatchEvent(new CustomEvent("all-changed", { bubbles: true }));
  }
  for (const head of document.querySelectorAll("input[data-all]")) showHead(head);
});

// <button type="button" data-shows="field-id">: show or hide the password.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (!button) return;
  const field = document.getElementById(button.dataset.shows);
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  button.textContent = hidden ? "隐藏" : "显示";
  button.setAttribute("aria-pressed", String(hidden));
});
for (const button of document.querySelectorAll("[data-shows]")) button.hidden = false;

// <button type="button" data-prints>
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) window.print();
});

// After a refused form the focus goes to the first field with an error.
const wrong = document.querySelector(".is-invalid, [aria-invalid=true]");
if (wrong && !document.querySelector("dialog[open]")) wrong.focus();

// Filters are open on a desk and behind their button on a phone.
if (window.matchMedia("(max-width: 767.98px)").matches) {
  for (const fold of document.querySelectorAll("details[data-folds-on-phone]")) fold.open = false;
}

// The confirming button repeats the number of what was chosen: <input type="radio" data-confirm-label="确认入库 663 人">.
document.addEventListener("change", (event) => {
  const label = event.target.dataset?.confirmLabel;
  const button = label && event.target.form.querySelector("[data-confirm]");
  if (button) button.textContent = label;
});
