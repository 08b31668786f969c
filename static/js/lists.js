// The confirm button of a list repeats the number of the choice made, and stays off while a needed reason is missing.

for (const form of document.querySelectorAll("[data-confirm-list]")) {
  const people = form.querySelector("[data-confirm-button] [data-people]");
  const button = form.querySelector("[data-confirm-button]");
  const reason = form.querySelector("#reason");
  const update = () => {
    const chosen = form.querySelector("input[name=hold]:checked");
    if (chosen) people.textContent = chosen.dataset.people;
    if (reason) button.disabled = reason.value.trim().length < 4;
  };
  form.addEventListener("input", update);
  update();
}
