// A list of suggestions below a field (ARIA 1.2, combobox with a list).  The field stays a plain one: without a choice,
// what was typed counts.  Nothing happens while an input method composes; the last answer wins.

export interface Suggesting<T> {
  /** The address that is asked. */
  address: string;
  /** The text of a suggestion with its language, and what tells it from others. */
  shown(one: T): { text: string; lang: string; about: string };
  take(one: T): void;
}

const WAIT = 250;
const SHORTEST = 2;
let fields = 0;

export class SuggestionBox<T> {
  private readonly list = document.createElement("ul");
  private readonly status = document.createElement("span");
  private readonly id = `suggestions-${(fields += 1)}`;
  private offered: T[] = [];
  private active = -1;
  private timer = 0;
  private question: AbortController | null = null;

  constructor(private readonly input: HTMLInputElement, private readonly suggesting: Suggesting<T>) {
    const label = input.labels?.[0]?.textContent ?? input.name;
    const box = document.createElement("span");
    box.className = "suggesting";
    input.replaceWith(box);
    this.list.id = this.id;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.status.className = "unseen";
    this.status.setAttribute("role", "status");
    box.append(input, this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id,
    })) input.setAttribute(name, value);
    input.addEventListener("input", (event) => this.typed((event as InputEvent).isComposing));
    input.addEventListener("compositionend", () => this.typed(false));
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
  }

  private typed(composing: boolean): void {
    clearTimeout(this.timer);
    this.question?.abort();
    const text = this.input.value.trim();
    if (composing) return;
    if (text.length < SHORTEST) return this.close();
    this.timer = window.setTimeout(() => void this.ask(text), WAIT);
  }

  private async ask(text: string): Promise<void> {
    const question = (this.question = new AbortController());
    const query = new URLSearchParams({ q: text, lang: document.documentElement.lang });
    try {
      const reply = await fetch(`${this.suggesting.address}?${query}`, { signal: question.signal });
      if (!reply.ok) return this.close();
      const answer = (await reply.json()) as { suggestions: T[] };
      if (question === this.question && document.activeElement === this.input) this.show(answer.suggestions);
    } catch {
      this.close(); // the line is away, or something else was typed meanwhile: the field works without
    }
  }

  private show(offered: T[]): void {
    this.offered = offered;
    this.active = -1;
    this.list.replaceChildren(...offered.map((one, place) => this.line(one, place)));
    const count = this.input.dataset.count ?? "";
    this.status.textContent = offered.length ? count.replace("{count}", String(offered.length)) : "";
    this.open(offered.length > 0);
  }

  private line(one: T, place: number): HTMLLIElement {
    const line = document.createElement("li");
    const text = document.createElement("bdi");
    const kind = document.createElement("span");
    const { text: name, lang, about } = this.suggesting.shown(one);
    line.id = `${this.id}-${place}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    text.textContent = name;
    if (lang) text.lang = lang;
    kind.className = "quiet small";
    kind.textContent = about;
    line.append(text, kind);
    return line;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.offered.length) {
      event.preventDefault();
      this.open(true);
      const places = this.offered.length + 1; // the field itself is one of them
      this.choose(((this.active + 1 + (event.key === "ArrowDown" ? 1 : -1) + places) % places) - 1);
    } else if (event.key === "Enter" && !this.list.hidden && this.active >= 0) {
      event.preventDefault();
      this.go(this.active);
    }
  }

  private choose(place: number): void {
    this.active = place;
    for (const [number, line] of [...this.list.children].entries()) {
      line.setAttribute("aria-selected", String(number === place));
      if (number === place) line.scrollIntoView({ block: "nearest" });
    }
    if (place < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.id}-${place}`);
  }

  private clicked(event: Event): void {
    const line = (event.target as Element).closest("li");
    if (line) this.go([...this.list.children].indexOf(line));
  }

  private go(place: number): void {
    const chosen = this.offered[place];
    if (!chosen) return;
    this.close();
    this.suggesting.take(chosen);
  }

  private open(opened: boolean): void {
    this.list.hidden = !opened;
    this.input.setAttribute("aria-expanded", String(opened));
    if (!opened) this.choose(-1);
  }

  private close(): void {
    this.open(false);
    this.status.textContent = "";
  }
}
