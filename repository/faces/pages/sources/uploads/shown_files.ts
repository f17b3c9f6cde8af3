// Files of one kind as lines of the page, with what can be done with each.
import { element, setHidden, setText } from "./page_parts";
import type { Item, UploadQueue } from "./upload_queue";
import type { Words } from "./upload_words";

export interface Acts {
  pause(): void;
  resume(): void;
  drop(items: Iterable<Item>): void;
  retry(items: Iterable<Item>): void;
  replace(items: Iterable<Item>): void;
  wake(): void;
}

interface Row {
  line: HTMLElement;
  state: HTMLElement;
  bar: HTMLProgressElement | null;
}

const ROWS = 50;

// Some files of a kind, no more than the page can bear; others take their places.
export class ShownFiles {
  readonly section: HTMLElement;
  readonly #name: string;
  readonly #states: readonly Item["state"][];
  readonly #words: Words;
  readonly #queue: UploadQueue;
  readonly #acts: Partial<Acts>;
  readonly #head = element("h3", "");
  readonly #list = element("ul", "sent");
  readonly #more = element("p", "quiet");
  readonly #rows = new Map<Item, Row>();

  constructor(name: string, states: readonly Item["state"][], words: Words, queue: UploadQueue, acts: Partial<Acts>) {
    [this.#name, this.#states, this.#words, this.#queue, this.#acts] = [name, states, words, queue, acts];
    this.section = element("div", `files-${name}`);
    this.section.append(this.#head, this.#list, this.#more);
  }

  draw(): void {
    const count = this.#queue.count(...this.#states);
    setHidden(this.section, count === 0);
    setText(this.#head, this.#words.say(`list_${this.#name}`, { count }));
    for (const [item, row] of this.#rows) {
      if (this.#states.includes(item.state)) continue;
      const next = row.line.nextElementSibling ?? row.line.previousElementSibling;
      const hadFocus = row.line.contains(document.activeElement);
      row.line.remove();
      this.#rows.delete(item);
      if (hadFocus) (next?.querySelector("button") ?? this.#head).focus();
    }
    this.#fill();
    for (const [item, row] of this.#rows) this.#update(item, row);
    const rest = count - this.#rows.size;
    setHidden(this.#more, rest === 0);
    setText(this.#more, rest ? this.#words.say("more", { count: rest }) : "");
  }

  #fill(): void {
    for (const state of this.#states)
      for (const item of this.#queue.in(state)) {
        if (this.#rows.size >= ROWS) return;
        if (!this.#rows.has(item)) this.#rows.set(item, this.#row(item));
      }
  }

  #row(item: Item): Row {
    const line = element("li", "");
    const name = element("bdi", "");
    const state = element("span", "what");
    const acts = element("span", "row-acts");
    name.textContent = item.key;
    line.append(name, state);
    const bar = this.#name === "moving" ? (element("progress", "") as HTMLProgressElement) : null;
    if (bar) {
      bar.max = Math.max(1, item.size);
      bar.value = 0; // nothing sent is not "nobody knows how much"
      bar.setAttribute("aria-label", item.key);
      line.append(bar);
    }
    for (const [act, words] of [["retry", "retry"], ["replace", "replace"], ["drop", this.#name === "clash" ? "keep" : "drop"]] as const) {
      const run = this.#acts[act];
      if (!run || (act === "retry" && item.state === "refused")) continue;
      const button = element("button", "link") as HTMLButtonElement;
      button.type = "button";
      button.textContent = this.#words.say(words);
      button.setAttribute("aria-label", this.#words.say(`${words}_file`, { name: item.key }));
      button.addEventListener("click", () => run([item]));
      acts.append(button);
    }
    line.append(acts);
    this.#list.append(line);
    return { line, state, bar };
  }

  #update(item: Item, row: Row): void {
    setText(row.state, item.reason || this.#words.say(`state_${item.state}`));
    if (row.bar && row.bar.value !== item.sent) row.bar.value = item.sent;
  }
}
