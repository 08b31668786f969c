// Drafts keep themselves. <form data-draft-url="…" data-draft-every="1500"> is posted a moment after the last key;
// <span data-draft-time> says when it was kept. A lost connection keeps the draft in this page and tries again; nothing is
// written to the browser's own storage, which others may share.

const AGAIN = 5000;
const zone = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };

function watch(form) {
  const place = document.querySelector("[data-draft-time]");
  const wait = Number(form.dataset.draftEvery || 1500);
  let timer = 0;
  let dirty = false;
  let sending = false;
  let stopped = false;

  const tell = (text, warn = false) => {
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("t-amber", warn);
  };
  const later = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  };

  // Photos, some of them beside the form, do not go with every draft.
  function words() {
    const data = new FormData(form);
    for (const field of form.elements) if (field.type === "file") data.delete(field.name);
    return data;
  }

  async function send() {
    if (!dirty || sending || stopped) return;
    sending = true;
    dirty = false;
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body: words(),
        headers: { "X-Requested-With": "fetch" },
        credentials: "same-origin",
        redirect: "manual",
      });
      if (answer.ok) {
        tell(`草稿已保存 ${new Intl.DateTimeFormat("zh-CN", zone).format(new Date())}`);
        const version = answer.headers.get("X-Draft-Version");
        const field = form.querySelector("[name=version]");
        if (version && field) field.value = version;
      } else if (answer.status === 409) {
        stopped = true;
        tell("别人也改了这里：保存时逐项选，草稿先不再自动存", true);
      } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        stopped = true;
        tell("登录过期，草稿没有存：在新标签页登录，再回到这里保存", true);
      } else {
        dirty = true;
        tell("草稿没有存上，正在重试", true);
        later(AGAIN);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      dirty = true;
      tell("网断了，草稿还在本页，连上后自动重试；先不要关闭本页", true);
      later(AGAIN);
    } finally {
      sending = false;
      if (dirty) later(Math.max(wait, AGAIN));
    }
  }

  form.addEventListener("input", () => {
    dirty = true;
    later(wait);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    dirty = false;
  });
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) send();
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}

for (const form of document.querySelectorAll("form[data-draft-url]")) watch(form);
