// The wall asks for itself every 60 seconds. When no answer comes it keeps what it has and says since when.

const EVERY = 60_000;
const PATIENCE = 20_000;
const time = document.querySelector("[data-wall-time]");
let last = time.textContent;

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-wall]");
    const said = page.querySelector("[data-wall-time]");
    if (!fresh || !said) throw new Error("not the wall");
    document.querySelector("[data-wall]").replaceWith(document.adoptNode(fresh));
    last = said.textContent;
    time.textContent = last;
    time.classList.remove("broken");
  } catch {
    time.textContent = last.replace("数据时点", "更新中断");
    time.classList.add("broken");
  }
}

setInterval(refresh, EVERY);

// Full screen needs a person's key or click. Leaving it with Esc leaves the wall as well.
const button = document.querySelector("[data-full-screen]");
if (document.fullscreenEnabled) {
  button.hidden = false;
  button.addEventListener("click", () => document.documentElement.requestFullscreen());
  document.addEventListener("fullscreenchange", () => {
    button.hidden = Boolean(document.fullscreenElement);
    if (!document.fullscreenElement) document.querySelector("[data-escape]").click();
  });
}
