// Messages: green and blue ones go by themselves, amber and red stay until dismissed. Swaps by htmx are announced.

const STAYS_FOR = 8000;

function arm(root) {
  for (const flash of root.querySelectorAll("[data-flash]")) {
    if (flash.dataset.armed) continue;
    flash.dataset.armed = "yes";
    const button = flash.querySelector("[data-dismiss]");
    if (flash.dataset.flash === "yes") {
      if (button) button.hidden = false;
    } else if (!flash.querySelector("a, form")) setTimeout(() => flash.remove(), STAYS_FOR);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) button.closest(".flash").remove();
});

function say(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

document.addEventListener("htmx:afterSwap", (event) => {
  arm(document);
  const counted = event.target.querySelector?.("[data-announce]") || event.target.closest?.("[data-announce]");
  if (counted) say(counted.textContent.trim());
});

function refuse(text) {
  const place = document.getElementById("flashes");
  if (!place || place.querySelector("[data-lost]")) return;
  const flash = document.createElement("div");
  flash.className = "flash err";
  flash.setAttribute("role", "alert");
  flash.dataset.lost = "";
  const words = document.createElement("span");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "close";
  button.dataset.dismiss = "";
  button.textContent = "知道了";
  flash.append(words, button);
  place.append(flash);
}
document.addEventListener("htmx:sendError", () => refuse("网断了，这一步没有完成。连上后再点一次。"));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 403) refuse("登录过期或不在你的任职范围里。刷新本页再试。");
  else if (status >= 500) refuse("系统出错了，这一步没有存上。隔几分钟再试。");
});

arm(document);
