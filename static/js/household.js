// The verification form: people ticked make the number living together, and a day of death or departure takes the tick
// away; only the verdict fields in use are shown.

const form = document.getElementById("verification");
if (form) {
  const living = form.querySelector("[data-people]");
  const boxes = [...form.querySelectorAll("[data-lives]")];
  const count = () => {
    living.value = String(boxes.filter((box) => box.checked).length);
    living.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (const field of boxes) field.addEventListener("change", count);
  for (const day of form.querySelectorAll("[name^='died-'], [name^='left-']")) {
    day.addEventListener("change", () => {
      const box = day.closest("tr").querySelector("[data-lives]");
      if (!day.value || !box.checked) return;
      box.checked = false;
      count();
    });
  }

  // "None of these" and a property exclude each other.
  const holds = [...form.querySelectorAll("[name=holds]")];
  form.addEventListener("change", (event) => {
    if (event.target.name !== "holds" || !event.target.checked) return;
    for (const box of holds) {
      if (box !== event.target && (box.value === "none" || event.target.value === "none")) box.checked = false;
    }
  });

  // Spare rows come one at a time: the first empty one after those in use.
  const grow = () => {
    for (const body of new Set([...form.querySelectorAll("[data-grows]")].map((row) => row.parentElement))) {
      let spare = false;
      for (const row of body.querySelectorAll("[data-grows]")) {
        const used = [...row.querySelectorAll("input, select")].some((field) => field.value);
        row.hidden = !used && spare;
        spare ||= !used;
      }
    }
  };
  form.addEventListener("input", grow);
  grow();

  const shown = (selector, yes) => {
    for (const part of form.querySelectorAll(selector)) part.hidden = !yes;
  };
  const arrange = () => {
    const each = form.querySelector("[name=for_whom]:checked")?.value === "each";
    const refused = form.querySelector("[name=scheme]:checked")?.value === "none";
    shown("[data-held]", holds.some((box) => box.checked && box.value !== "none"));
    shown("[data-hardship]", form.querySelector("[name=hardship]:checked")?.value === "yes");
    shown("[data-each]", each);
    shown("[data-whole]", !each);
    shown("[data-whole-reason]", !each && refused);
  };
  form.addEventListener("change", arrange);
  arrange();
}

// On a phone 情况, 收入 and 结论 are tabs; on wider screens, and without this file, they are places on the page.
const tabs = [...document.querySelectorAll("[data-opens-tab]")];
if (form && tabs.length) {
  const open = (name) => {
    for (const tab of tabs) {
      if (tab.dataset.opensTab === name) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    for (const part of document.querySelectorAll("[data-tab]")) part.classList.toggle("off-tab", !part.dataset.tab.split(" ").includes(name));
  };
  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      open(tab.dataset.opensTab);
      window.scrollTo({ top: 0 });
    });
  }
  // A link to a field opens its tab first.
  const reach = (id) => {
    const part = document.getElementById(id)?.closest(".part[data-tab]");
    if (part) open(part.dataset.tab);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#missing a");
    if (link) reach(link.hash.slice(1));
  });
  const wrong = form.querySelector(".errmsg")?.closest(".part[data-tab]");
  open(wrong ? wrong.dataset.tab : "evidence");
}
