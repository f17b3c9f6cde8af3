// Saves a form two seconds after the last change, keeps what could not be saved on this device, never redraws a field.
// While an input method composes, the text of a field is no text yet: nothing is sent before the composition ends.

const PAUSE = 2000;

export class DraftForm extends HTMLElement {
  #form!: HTMLFormElement;
  #state!: HTMLElement;
  #timer = 0;
  #busy = false;
  #dirty = false;
  #composing = false;

  connectedCallback(): void {
    const form = this.querySelector<HTMLFormElement>("form.draft");
    const state = this.querySelector<HTMLElement>(".state");
    if (!form || !state) return;
    this.#form = form;
    this.#state = state;
    this.#restore();
    form.addEventListener("input", () => this.#later());
    form.addEventListener("change", () => this.#later());
    form.addEventListener("compositionstart", () => this.#compose());
    form.addEventListener("compositionend", () => this.#composed());
    form.addEventListener("submit", () => this.#sent());
    addEventListener("online", () => this.#dirty && this.#later(0));
    document.addEventListener("visibilitychange", () => document.hidden && this.#dirty && void this.#save());
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        void this.#save();
      }
    });
  }

  get #key(): string {
    return `draft-${this.dataset.draft}`;
  }

  #later(pause = PAUSE): void {
    this.#dirty = true;
    this.#keep();
    clearTimeout(this.#timer);
    if (this.#composing) return;
    this.#timer = window.setTimeout(() => void this.#save(), pause);
  }

  #compose(): void {
    this.#composing = true;
    clearTimeout(this.#timer);
  }

  #composed(): void {
    this.#composing = false;
    this.#later();
  }

  async #save(): Promise<void> {
    if (this.#busy || this.#composing) return this.#later();
    clearTimeout(this.#timer);
    this.#busy = true;
    this.#dirty = false;
    this.#say("saving");
    try {
      const reply = await fetch(this.#form.action, {
        method: "POST",
        body: new URLSearchParams([...new FormData(this.#form)].map(([name, value]) => [name, String(value)])),
        headers: { Accept: "application/json" },
      });
      if (reply.ok) this.#saved(await reply.json());
      else this.#refused(reply.status);
    } catch {
      this.#dirty = true;
      this.#say("unsaved");
    } finally {
      this.#busy = false;
    }
  }

  #saved(answer: { revision: number; dates: Record<string, string> }): void {
    const revision = this.#form.elements.namedItem("revision");
    if (revision instanceof HTMLInputElement) revision.value = String(answer.revision);
    for (const [anchor, text] of Object.entries(answer.dates)) this.#echo(anchor, text);
    if (this.#dirty) return;
    this.#forget();
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.#state.textContent = (this.dataset.saved ?? "").replace("{time}", time);
  }

  /** Say what was understood of a date. */
  #echo(anchor: string, text: string): void {
    const echo = document.getElementById(`${anchor}-echo`);
    if (echo) echo.textContent = text && (echo.dataset.lead ?? "").replace("{text}", text);
  }

  #refused(status: number): void {
    this.#dirty = true;
    this.#say(status === 401 || status === 403 ? "signedOut" : status === 412 ? "stale" : "unsaved");
  }

  #say(name: "saving" | "unsaved" | "signedOut" | "stale" | "restored"): void {
    this.#state.textContent = this.dataset[name] ?? "";
  }

  #sent(): void {
    clearTimeout(this.#timer);
    this.#forget();
  }

  #keep(): void {
    const fields = [...new FormData(this.#form)].filter(([name]) => name !== "csrf_token" && name !== "revision");
    try {
      localStorage.setItem(this.#key, JSON.stringify(fields.map(([name, value]) => [name, String(value)])));
    } catch {
      this.#say("unsaved"); // a browser without room keeps nothing; the server does
    }
  }

  #forget(): void {
    localStorage.removeItem(this.#key);
  }

  #restore(): void {
    const kept = localStorage.getItem(this.#key);
    if (!kept) return;
    const fields = JSON.parse(kept) as [string, string][];
    let changed = false;
    for (const [name, value] of fields) {
      const control = this.#form.elements.namedItem(name);
      const isText = control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement;
      const isLine = control instanceof HTMLInputElement && ["text", "date"].includes(control.type);
      if ((isText || isLine) && control.value.replace(/\r\n/g, "\n") !== value.replace(/\r\n/g, "\n")) {
        control.value = value;
        changed = true;
      }
    }
    if (!changed) return this.#forget();
    this.#say("restored");
    this.#later();
  }
}
