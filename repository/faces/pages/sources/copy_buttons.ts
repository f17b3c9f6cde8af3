// Buttons that copy a text.  Without a script the text can be selected, and nothing is missing.

export function offerCopies(root: ParentNode = document): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-copied]")) {
    const text = box.querySelector<HTMLElement>(".text") ?? box;
    const button = document.createElement("button");
    const message = document.createElement("span");
    button.type = "button";
    button.className = "copy second";
    button.textContent = box.dataset.copy ?? "";
    button.setAttribute("aria-label", `${box.dataset.copy}: ${box.dataset.name}`);
    message.setAttribute("role", "status");
    message.className = "quiet";
    button.addEventListener("click", () => void copy(text, message, box.dataset.copied ?? ""));
    box.append(button, message);
  }
}

async function copy(text: HTMLElement, message: HTMLElement, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text.textContent ?? "");
    message.textContent = said;
  } catch {
    getSelection()?.selectAllChildren(text); // without permission the reader presses the keys
    message.textContent = document.execCommand("copy") ? said : "";
  }
}
