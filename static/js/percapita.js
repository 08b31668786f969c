// The sum in sight: income of twelve months ÷ people living together, against the standard and the poverty line.
//
// <form data-percapita> holds the inputs: income items carry data-income="1" or data-income="-1" (their sign),
// the number of people carries data-people, 没有任何收入 data-no-income; before anything is typed the sum is unknown, not zero. One block shows the result:
//   <div data-sum data-standard="4500" data-line="4000" data-confirmed="yes|no" aria-live="polite">
// with the elements [data-sum-income], [data-sum-people], [data-sum-each], [data-sum-gap], [data-sum-without] (the same without 必要就业成本), [data-sum-says] and
// <svg class="scale" data-sum-scale> (560 × 58 units). The server computes again and its figure is what counts.

const LEFT = 20;
const RIGHT = 540;
const MIDDLE = 28;
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
  const words = [];
  if (amount < standard) words.push("低于农村低保标准");
  else if (amount === standard) words.push("正好等于农村低保标准，请写明理由");
  else words.push("高于农村低保标准");
  if (line > 0n && amount < standard) words.push(amount < line ? "也低于扶贫标准" : amount === line ? "正好等于扶贫标准" : "高于扶贫标准");
  return words.join("，") + (confirmed ? "" : "（标准待确认）");
}

// Without an amount only the marks. Only the stretch that matters is drawn: from half its length below the lowest mark to half above the highest.
function drawScale(svg, amount, standard, line) {
  const values = [amount, standard, line].filter((value, place) => (place === 0 ? value !== null : value > 0n)).map(Number);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max(high - low, high * 0.05, 1) / 2;
  const x = (value) => LEFT + ((Number(value) - low + room) / (high - low + 2 * room)) * (RIGHT - LEFT);
  svg.setAttribute("viewBox", "0 0 560 58");
  svg.replaceChildren();
  const draw = (name, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text) node.textContent = text;
    svg.append(node);
  };
  draw("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: MIDDLE, y2: MIDDLE });
  if (amount !== null) draw("line", { class: "gap", x1: x(amount), x2: x(standard), y1: MIDDLE, y2: MIDDLE });
  // Marks too close for their words are written away from each other.
  const near = line > 0n && line !== standard && Math.abs(x(line) - x(standard)) <= 160;
  for (const [word, value, css, other] of [["扶贫标准", line, "low", standard], ["农村低保标准", standard, "std", line]]) {
    if (value <= 0n) continue;
    const anchor = near ? (value < other ? "end" : "start") : "middle";
    draw("line", { class: css, x1: x(value), x2: x(value), y1: 20, y2: 36 });
    draw("text", { x: x(value), y: 52, "text-anchor": anchor }, `${word} ${yuan.format(Number(value) / 100)}`);
  }
  if (amount === null) return;
  draw("circle", { class: "dot", cx: x(amount), cy: MIDDLE, r: 7 });
  draw("text", { class: "own", x: x(amount), y: 14, "text-anchor": "middle" }, `本户 ${each2.format(Number(amount) / 100)}`);
}

function show(form) {
  const box = document.querySelector("[data-sum]");
  if (!box) return;
  let sum = 0n;
  for (const input of form.querySelectorAll("[data-income]")) sum += BigInt(input.dataset.income) * fen(input.value);
  const scale = box.querySelector("[data-sum-scale]");
  const typed = form.querySelector("[data-no-income]:checked") || [...form.querySelectorAll("[data-income]")].some((input) => input.value.trim());
  const people = Number.parseInt(form.querySelector("[data-people]")?.value || box.dataset.people || "0", 10);
  const put = (name, text) => {
    const place = box.querySelector(`[data-sum-${name}]`);
    if (place && place.textContent !== text) place.textContent = text;
  };
  put("income", typed ? each2.format(Number(sum) / 100) : "—");
  put("people", people > 0 ? String(people) : "—");
  if (!typed || !(people > 0)) {
    put("each", "—");
    put("without", "");
    put("gap", "");
    put("says", typed ? "先填共同生活人数" : "还没填收入");
    if (scale) drawScale(scale, null, fen(box.dataset.standard), fen(box.dataset.line));
    return;
  }
  const amount = divide(sum, people);
  const standard = fen(box.dataset.standard);
  const line = fen(box.dataset.line);
  put("each", each2.format(Number(amount) / 100));
  const cost = fen(form.querySelector('[name="income-employment_cost"]')?.value);
  put("without", cost > 0n ? `不扣就业成本是 ${each2.format(Number(divide(sum + cost, people)) / 100)}` : "");
  put("gap", amount < standard ? `差 ${each2.format(Number(standard - amount) / 100)} 元` : amount > standard ? `超 ${each2.format(Number(amount - standard) / 100)} 元` : "");
  put("says", says(amount, standard, line, box.dataset.confirmed !== "no"));
  if (scale) drawScale(scale, amount, standard, line);
  const equal = document.querySelector("[data-when-equal]");
  if (equal) equal.hidden = amount !== standard && !equal.querySelector(".errmsg, input:not([value=''])[value]");
}

for (const form of document.querySelectorAll("form[data-percapita]")) {
  form.addEventListener("input", () => show(form));
  show(form);
}
