// Visit sheets where there is no signal. <form data-visit="UUID" data-number="4"> is sent in the background; when it cannot
// be, its answers (no names, no numbers) are kept in this phone under the viewer's id and sent when the signal is back, by
// the same person only. <div data-kept-strip data-viewer="UUID"> says what waits. Without this file forms are plain posts.

const strip = document.querySelector("[data-kept-strip]");
const viewer = strip?.dataset.viewer || "";
const prefix = `dabao-visit/${viewer}/`;
const AGAIN = 30000;
const REFUSED = new Set([404, 409, 422]);
const OUTSIDE = new Set(["csrfmiddlewaretoken", "kept_ms"]);
let sending = false;

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

function kept() {
  const found = [];
  for (let place = 0; place < localStorage.length; place += 1) {
    const key = localStorage.key(place);
    if (key.startsWith(prefix)) found.push([key, JSON.parse(localStorage.getItem(key))]);
  }
  return found.sort((one, other) => one[1].at - other[1].at);
}

function say(words, stuck = []) {
  strip.hidden = !words;
  const place = strip.querySelector("[data-kept-words]");
  place.textContent = words;
  for (const one of stuck) {
    const link = document.createElement("a");
    link.href = one.url;
    link.textContent = `第 ${one.number} 户要你再看一眼`;
    place.append(" ", link);
  }
}

function tell() {
  const all = kept().map(([, answers]) => answers);
  if (!all.length) return say("");
  const stuck = all.filter((one) => one.stuck);
  const waiting = all.length - stuck.length;
  say(waiting ? `没有信号，先存在手机里：${waiting} 户，有了信号自动传。不要退出登录。` : "", stuck);
  if (stuck.length) strip.hidden = false;
}

// What a submit sends: the answers, the button pressed, how long they waited.
async function post(answers, photos) {
  const body = photos || new URLSearchParams(answers.fields);
  body.set("csrfmiddlewaretoken", token());
  body.set("kept_ms", String(Math.max(0, Date.now() - answers.at)));
  return fetch(answers.url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-Viewer": viewer },
    credentials: "same-origin",
  });
}

const isJson = (answer) => (answer.headers.get("Content-Type") || "").startsWith("application/json");

async function sendKept() {
  if (sending) return;
  sending = true;
  let sent = 0;
  try {
    for (const [key, answers] of kept()) {
      if (answers.stuck) continue;
      const answer = await post(answers);
      if (answer.ok && isJson(answer)) {
        const visit = key.slice(prefix.length);
        const said = await answer.json();
        localStorage.removeItem(key);
        mark(visit, said.state);
        const form = document.querySelector(`form[data-visit="${visit}"]`);
        if (form) raiseVersion(form, said.version);
        sent += 1;
      } else if (REFUSED.has(answer.status)) {
        localStorage.setItem(key, JSON.stringify({ ...answers, stuck: true }));
      } else {
        break; // signed out, or the server is not well: they stay
      }
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  } finally {
    sending = false;
  }
  tell();
  if (sent && !kept().length) say(`刚才存在手机里的 ${sent} 户都传上了。`);
}

function mark(visit, words) {
  const place = document.querySelector(`[data-state-of="${visit}"]`);
  if (place) place.textContent = words;
}

function keep(form, answers) {
  localStorage.setItem(prefix + form.dataset.visit, JSON.stringify(answers));
  mark(form.dataset.visit, "存在手机里");
  tell();
}

function openNext(form) {
  const fold = form.closest("details");
  if (!fold) return;
  fold.open = false;
  const next = fold.nextElementSibling;
  if (next) {
    next.open = true;
    next.scrollIntoView({ block: "start" });
  }
}

function hold(form, button) {
  form.dataset.busy = "yes";
  if (!button?.dataset.busyLabel) return;
  button.dataset.label = button.textContent;
  button.textContent = button.dataset.busyLabel;
}

function free(form) {
  delete form.dataset.busy;
  for (const button of document.querySelectorAll(`button[form="${form.id}"]`)) {
    if (button.dataset.label) button.textContent = button.dataset.label;
  }
}

// Before forms.js, which leaves alone what is prevented: it holds buttons until a page comes, and none may come.
async function submit(event) {
  const form = event.target.closest("form[data-visit]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy === "yes") return;
  hold(form, event.submitter);
  const data = new FormData(form, event.submitter);
  const fields = [...data].filter(([name, value]) => !OUTSIDE.has(name) && typeof value === "string");
  const photos = [...form.querySelectorAll("input[type=file]")].some((field) => field.files.length) ? data : null;
  const answers = { url: form.action, number: form.dataset.number, fields, at: Date.now() };
  try {
    const answer = await post(answers, photos);
    if (answer.ok && isJson(answer)) {
      localStorage.removeItem(prefix + form.dataset.visit);
      const said = await answer.json();
      if (form.closest("[data-sheets]")) {
        mark(form.dataset.visit, said.state);
        raiseVersion(form, said.version);
        free(form);
        openNext(form);
      } else {
        window.location.assign(said.next);
      }
      return;
    }
    if (!REFUSED.has(answer.status)) {
      keep(form, answers);
      free(form);
      say("没有传上，先存在手机里。登录过期的请重新登录，再打开这一页就自动传。");
      return;
    }
    // Refused, or somebody else was quicker: nothing was written; the page itself says so.
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "then", value: "stay" }));
    HTMLFormElement.prototype.submit.call(form);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    keep(form, answers);
    free(form);
    openNext(form);
  }
}

function raiseVersion(form, version) {
  const field = form.querySelector("[name=version]");
  if (field && version) field.value = version;
}

// Answers that wait in the phone stand in their form again.
function restore(form) {
  const text = localStorage.getItem(prefix + form.dataset.visit);
  if (!text) return;
  for (const [name, value] of JSON.parse(text).fields) {
    if (name === "version" || name === "then") continue;
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === "file") continue;
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  }
  mark(form.dataset.visit, "存在手机里");
}

// Nobody at home: the items are not asked; no problem: nothing to write about one.
function fit(form) {
  const met = form.querySelector("[name=met]:checked")?.value;
  const items = form.querySelector("[data-at-home]");
  if (items) items.hidden = met === "not_home" || met === "refused";
  const problem = form.querySelector("[name=problem]:checked")?.value;
  const about = form.querySelector("[data-problem]");
  if (about) about.hidden = !problem;
}

if (strip && viewer) {
  for (const form of document.querySelectorAll("form[data-visit]")) {
    restore(form);
    fit(form);
    form.addEventListener("change", () => fit(form));
  }
  document.addEventListener("submit", submit, true);
  window.addEventListener("online", sendKept);
  setInterval(sendKept, AGAIN);
  tell();
  sendKept();
}
