// What the ticked households of a desk come to: <form data-picked> with boxes that carry data-facts="低保:3 特困:1"
// and data-monthly; the sentence stands in [data-picked-says], the number also on [data-picked-label] buttons.
const money = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function show(form) {
  const ticked = [...form.querySelectorAll("input[name=case]:checked")].filter((box) => box.offsetParent);
  const persons = new Map();
  let cents = 0;
  for (const box of ticked) {
    for (const fact of (box.dataset.facts || "").split(" ").filter(Boolean)) {
      const [scheme, number] = fact.split(":");
      persons.set(scheme, (persons.get(scheme) || 0) + Number(number));
    }
    cents += Math.round(Number(box.dataset.monthly || 0) * 100);
  }
  const says = form.querySelector("[data-picked-says]");
  if (says) {
    const who = [...persons].map(([scheme, number]) => `${scheme} ${number} 人`).join("、");
    says.textContent = ticked.length
      ? `所选 ${ticked.length} 户：${who}${cents ? `，每月 ${money.format(cents / 100)} 元` : ""}。`
      : "还没勾选。";
  }
  for (const button of form.querySelectorAll("[data-picked-label]")) {
    button.textContent = `${button.dataset.pickedLabel}${ticked.length ? ` ${ticked.length} 户` : ""}`;
  }
}

for (const form of document.querySelectorAll("form[data-picked]")) {
  form.addEventListener("change", () => show(form));
  show(form);
}
// The head box ticks without an event of its own on each row.
document.addEventListener("change", (event) => {
  if (event.target.dataset && event.target.dataset.all) {
    setTimeout(() => document.querySelectorAll("form[data-picked]").forEach(show));
  }
});
