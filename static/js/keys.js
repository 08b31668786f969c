// Keys: / search, J K rows, Enter open, Ctrl+Enter save and next, Esc close, ? this list. A page may bind further single
// keys to its buttons with data-key="y". Single keys are off inside inputs and can be switched off.

const OFF = "single-keys-off";
const typing = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const dialog = document.getElementById("keys");
const rows = () => [...document.querySelectorAll("[data-rows] > tr, [data-rows] > li, [data-rows] > a")].filter((row) => row.offsetParent);

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("cur"));
  const next = Math.max(0, Math.min(all.length - 1, now + step));
  for (const row of all) row.classList.toggle("cur", row === all[next]);
  const link = all[next].matches("a") ? all[next] : all[next].querySelector("a, button");
  if (link) link.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

function saveAndNext() {
  const form = document.activeElement?.closest("form") || document.querySelector("form[data-main]");
  const button = document.querySelector("[data-save-next]") || form?.querySelector("button.pri");
  if (button && button.getAttribute("aria-disabled") !== "true") button.click();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    saveAndNext();
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") {
    const close = document.querySelector("[data-escape]");
    if (close && !document.querySelector("dialog[open]")) close.click();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]") || sessionStorage.getItem(OFF)) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-search], input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (/^[jk]$/i.test(event.key) && rows().length) move(event.key.toLowerCase() === "j" ? 1 : -1);
  else if (event.key === "Enter") {
    const row = document.querySelector("[data-rows] > .cur");
    if (row && document.activeElement === document.body) row.querySelector("a")?.click();
  } else if (event.key === "?" || event.key === "？") dialog?.showModal();
  else if (/^[a-z]$/i.test(event.key)) {
    const button = document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
    if (button && button.getAttribute("aria-disabled") !== "true") button.click();
  }
});

const box = document.querySelector("[data-keys-off]");
if (box) {
  box.checked = Boolean(sessionStorage.getItem(OFF));
  box.addEventListener("change", () => (box.checked ? sessionStorage.setItem(OFF, "1") : sessionStorage.removeItem(OFF)));
}
