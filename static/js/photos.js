// Photos go up as soon as they are taken or chosen, one after the other, and the page stays as it is: the part with the
// photos is put in anew. Without this file the button beside them sends them with the form.

const PART = "photos";
const HEADERS = { "X-Requested-With": "fetch" };

function ready(root) {
  for (const button of root.querySelectorAll("[data-photos-send]")) button.hidden = true;
}

async function send(part, input) {
  const place = part.querySelector("[data-photos]");
  const state = part.querySelector("[data-photos-state]");
  const token = part.querySelector("[name=csrfmiddlewaretoken]").value;
  const kind = part.querySelector("[name=photo_kind]:checked").value;
  const visited = document.querySelector("[name=visited_on]")?.value || "";
  const files = [...input.files];
  const told = [];
  let answer = "";
  for (const field of part.querySelectorAll("input, button")) field.disabled = true;
  for (const [place_, file] of files.entries()) {
    state.textContent = `正在传第 ${place_ + 1} 张，共 ${files.length} 张…`;
    const data = new FormData();
    data.append("csrfmiddlewaretoken", token);
    data.append("photo_kind", kind);
    data.append("visited_on", visited);
    data.append("photos", file);
    let sent;
    try {
      sent = await fetch(place.dataset.photos, { method: "POST", body: data, headers: HEADERS, credentials: "same-origin", redirect: "manual" });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      told.push(`网断了，从第 ${place_ + 1} 张起没有传上。连上后再选一次。`);
      break;
    }
    if (!sent.ok) {
      told.push(sent.status === 413 ? `第 ${place_ + 1} 张太大，没有传上。` : "没有传上：登录可能过期了。在新标签页登录，再回到这里选。");
      break;
    }
    answer = await sent.text();
    const seen = new DOMParser().parseFromString(answer, "text/html");
    told.push(...[...seen.querySelectorAll("[role=alert]")].map((one) => one.textContent));
  }
  show(part, answer, files.length, told);
}

// The newest part from the server, or this one again; refusals of all files stand in it.
function show(part, answer, sent, told) {
  let fresh = part;
  if (answer) {
    fresh = document.importNode(new DOMParser().parseFromString(answer, "text/html").getElementById(PART), true);
    for (const old of fresh.querySelectorAll("[role=alert]")) old.remove();
    part.replaceWith(fresh);
  } else {
    for (const field of part.querySelectorAll("input, button")) field.disabled = false;
    for (const input of part.querySelectorAll("input[type=file]")) input.value = "";
  }
  const state = fresh.querySelector("[data-photos-state]");
  if (state) state.textContent = told.length < sent ? "传好了。" : "";
  for (const sentence of told) {
    const line = document.createElement("p");
    line.className = "errmsg";
    line.setAttribute("role", "alert");
    line.textContent = sentence;
    fresh.querySelector(".stack-8").prepend(line);
  }
  ready(fresh);
}

document.addEventListener("change", (event) => {
  const input = event.target;
  const part = input.closest(`#${PART}`);
  if (part && input.type === "file" && input.files.length) send(part, input);
});
ready(document);
