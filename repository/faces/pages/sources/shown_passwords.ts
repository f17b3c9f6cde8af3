// A button beside each password that shows what is typed.  It is hidden again before the form is sent, so that browsers
// keep it as a password.

export function offerPasswords(root: ParentNode = document): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-show]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.setAttribute("aria-controls", input.id);
    const turn = (shown: boolean): void => {
      input.type = shown ? "text" : "password";
      button.textContent = (shown ? input.dataset.hide : input.dataset.show) ?? "";
    };
    turn(false);
    button.addEventListener("click", () => turn(input.type === "password"));
    input.form?.addEventListener("submit", () => turn(false));
    input.after(button);
  }
}

// A summary of faults is read first.
export function focusFaults(root: ParentNode = document): void {
  root.querySelector<HTMLElement>("[data-focus]")?.focus();
}
