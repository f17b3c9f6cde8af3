"use strict";
for (const cited of document.querySelectorAll("[data-copied]")) {
  const button = document.createElement("button");
  const said = document.createElement("span");
  button.type = "button";
  button.className = "copy";
  button.textContent = cited.dataset.copy;
  button.setAttribute("aria-label", cited.dataset.copy + ": " + cited.dataset.name);
  said.setAttribute("role", "status");
  said.className = "quiet";
  button.addEventListener("click", async () => {
    const text = cited.querySelector(".text");
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = cited.dataset.copied;
    } catch {
      getSelection().selectAllChildren(text);
      said.textContent = document.execCommand("copy") ? cited.dataset.copied : "";
    }
  });
  cited.append(button, said);
}
