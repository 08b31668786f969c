// A whole number asked for is shown until the page is left or hidden, then masked again; asking is written to the log by
// the server. Markup: parts/masked.html.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.reveal === undefined) return;
  event.preventDefault();
  const place = form.closest("[data-masked]").querySelector("[data-number]");
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" } });
  const says = form.querySelector("button");
  if (!answer.ok) {
    says.textContent = "没有显示：刷新本页再试";
    return;
  }
  place.dataset.mask ||= place.textContent;
  place.textContent = (await answer.json()).number;
  form.hidden = true;
}, true);

function coverAll() {
  for (const place of document.querySelectorAll("[data-number][data-mask]")) {
    place.textContent = place.dataset.mask;
    delete place.dataset.mask;
    const form = place.closest("[data-masked]").querySelector("form");
    if (form) form.hidden = false;
  }
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) coverAll();
});
window.addEventListener("pagehide", coverAll);
