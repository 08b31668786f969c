// A benefit review while it is filled in: what belongs to another way is put aside, and the taper shows one length.
// The server decides which way applies (the three cards come from it) and says every date; here they are only chosen.

const form = document.querySelector("#review");

function show() {
  const way = form.querySelector('input[name="way"]:checked')?.value || "";
  for (const part of form.querySelectorAll("[data-when-way]")) part.hidden = part.dataset.whenWay !== way;
  const months = form.querySelector('input[name="months"]:checked')?.value;
  let says = "";
  for (const line of form.querySelectorAll("[data-months]")) {
    line.hidden = line.dataset.months !== months;
    if (!line.hidden && way === "taper") says = line.dataset.says;
  }
  const place = document.querySelector("[data-review-says]");
  if (place && place.textContent !== says) place.textContent = says;
}

form.addEventListener("change", show);
document.addEventListener("htmx:afterSwap", show);
show();
