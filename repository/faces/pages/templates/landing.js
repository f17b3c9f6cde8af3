"use strict";
for (const cited of document.querySelectorAll("[data-copied]")) {
  const button = document.createElement("button");
  const message = document.createElement("span");
  button.type = "button";
  button.className = "copy";
  button.textContent = cited.dataset.copy;
  button.setAttribute("aria-label", cited.dataset.copy + ": " + cited.dataset.name);
  message.setAttribute("role", "status");
  message.className = "quiet";
  button.addEventListener("click", async () => {
    const text = cited.querySelector(".text");
    try {
      await navigator.clipboard.writeText(text.textContent);
      message.textContent = cited.dataset.copied;
    } catch {
      getSelection().selectAllChildren(text);
      message.textContent = document.execCommand("copy") ? cited.dataset.copied : "";
    }
  });
  cited.append(button, message);
}
