// The sum in sight: income of twelve months ÷ people living together, against the standard and the poverty line.
//
// <form data-percapita> holds the inputs: income items carry data-income="1" or data-income="-1" (their sign),
// the number of people carries data-people. One block shows the result:
//   <div data-sum data-standard="4500" data-line="4000" data-confirmed="yes|no" aria-live="polite">
// with the elements [data-sum-income], [data-sum-people], [data-sum-each], [data-sum-says] and
// <svg class="scale" data-sum-scale> (300 × 56 units). The server computes again and its figure is what counts.

const WIDTH = 300;
const yuan = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
const each2 = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

// Whole fen, so that no binary fraction decides which side of the standard a family is on.
function fen(text) {
  const clean = String(text || "").replace(/[,，\s]/g, "");
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(clean);
  if (!match) return 0n;
  const value = BigInt(match[2]) * 100n + BigInt((match[3] || "").padEnd(2, "0") || "0");
  return match[1] ? -value : value;
}

// Rounds half up, away from zero: the same as the server.
function divide(sum, people) {
  const count = BigInt(people);
  const sign = sum < 0n ? -1n : 1n;
  return sign * ((sum * sign * 2n + count) / (count * 2n));
}

function says(amount, standard, line, confirmed) {
  const doubt = confirmed ? "" : "（标准待确认）";
  const words = [];
  if (amount < standard) words.push(`低于低保标准 ${yuan.format(Number(standard - amount) / 100)} 元${doubt}`);
  else if (amount === standard) words.push(`正好等于低保标准${doubt}：请写明理由`);
  else words.push(`高于低保标准 ${yuan.format(Number(amount - standard) / 100)} 元${doubt}`);
  if (line > 0n) words.push(amount < line ? "低于脱贫线" : "不低于脱贫线");
  return words.join("；");
}

function drawScale(svg, amount, standard, line) {
  const top = Number([amount, standard, line].reduce((a, b) => (a > b ? a : b))) * 1.25 || 1;
  const x = (value) => Math.max(0, Math.min(WIDTH, (Number(value) / top) * WIDTH));
  const marks = [["低保标准", standard, 12], ["脱贫线", line, 52]].filter(([, value]) => value > 0n);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} 56`);
  svg.replaceChildren();
  const draw = (name, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    svg.append(node);
  };
  draw("rect", { class: "track", x: 0, y: 24, width: WIDTH, height: 8, rx: 2 });
  draw("rect", { class: "got", x: 0, y: 24, width: x(amount), height: 8, rx: 2 });
  for (const [word, value, y] of marks) {
    const at = x(value);
    draw("line", { class: "std", x1: at, x2: at, y1: 18, y2: 38 });
    const anchor = at > WIDTH * 0.7 ? "end" : at < WIDTH * 0.3 ? "start" : "middle";
    draw("text", { x: at, y, "text-anchor": anchor }, `${word} ${yuan.format(Number(value) / 100)}`);
  }
  draw("circle", { class: "dot", cx: x(amount), cy: 28, r: 5 });
}

function show(form) {
  const box = document.querySelector("[data-sum]");
  if (!box) return;
  let sum = 0n;
  for (const input of form.querySelectorAll("[data-income]")) sum += BigInt(input.dataset.income) * fen(input.value);
  const people = Number.parseInt(form.querySelector("[data-people]")?.value || box.dataset.people || "0", 10);
  const put = (name, text) => {
    const place = box.querySelector(`[data-sum-${name}]`);
    if (place && place.textContent !== text) place.textContent = text;
  };
  put("income", yuan.format(Number(sum) / 100));
  put("people", people > 0 ? String(people) : "—");
  if (!(people > 0)) {
    put("each", "—");
    put("says", "先填共同生活人数");
    return;
  }
  const amount = divide(sum, people);
  const standard = fen(box.dataset.standard);
  const line = fen(box.dataset.line);
  put("each", each2.format(Number(amount) / 100));
  put("says", says(amount, standard, line, box.dataset.confirmed !== "no"));
  const svg = box.querySelector("[data-sum-scale]");
  if (svg) drawScale(svg, amount, standard, line);
  const equal = document.querySelector("[data-when-equal]");
  if (equal) equal.hidden = amount !== standard;
}

for (const form of document.querySelectorAll("form[data-percapita]")) {
  form.addEventListener("input", () => show(form));
  show(form);
}
