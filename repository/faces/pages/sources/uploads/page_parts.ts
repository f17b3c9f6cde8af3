// Elements of the page, touched only where something is other than before.

export function element(name: string, classes: string): HTMLElement {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  return made;
}

export function setText(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

export function setHidden(place: HTMLElement, hidden: boolean): void {
  if (place.hidden !== hidden) place.hidden = hidden;
}
