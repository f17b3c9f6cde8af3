// Saves a form two seconds after the last change, keeps what could not be saved on this device, never redraws a field.
// While an input method composes, the text of a field is no text yet: nothing is sent before the composition ends.
// A form that is sent leaves the page, so it is saved before: without a session or a network it stays, with its text.

const PAUSE = 2000;
const BETWEEN_SESSIONS = 3000;
const STALE = 412;

export class DraftForm extends HTMLElement {
  #form!: HTMLFormElement;
  #state!: HTMLElement;
  #door: HTMLElement | null = null;
  #timer = 0;
  #saving: Promise<boolean> | null = null;
  #mayLeave = false;
  #dirty = false;
  #composing = false;

  connectedCallback(): void {
    const form = this.querySelector<HTMLFormElement>("form.draft");
    const state = this.querySelector<HTMLElement>(".state");
    if (!form || !state) return;
    this.#form = form;
    this.#state = state;
    this.#door = this.querySelector(".sign-in");
    this.#restore();
    form.addEventListener("input", () => this.#later());
    form.addEventListener("change", () => this.#later());
    form.addEventListener("compositionstart", () => this.#compose());
    form.addEventListener("compositionend", () => this.#composed());
    form.addEventListener("submit", (event) => this.#send(event));
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
    if (this.#saving || this.#composing) return this.#later();
    await this.#saveNow();
  }

  // Save what is in the form; true if the server has it, or has words of its own to say about it.
  #saveNow(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#dirty = false;
    this.#say("saving");
    this.#saving = this.#post()
      .catch(() => {
        this.#dirty = true;
        this.#say("unsaved");
        return false;
      })
      .finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #post(): Promise<boolean> {
    const reply = await fetch(this.#form.action, {
      method: "POST",
      body: new URLSearchParams([...new FormData(this.#form)].map(([name, value]) => [name, String(value)])),
      headers: { Accept: "application/json" },
    });
    if (reply.ok) this.#saved(await reply.json());
    else if (isWithoutSession(reply.status)) return this.#withoutSession();
    else this.#refused(reply.status);
    return reply.status < 500;
  }

  // With a session of another tab saving goes on; without one it waits for it.
  async #withoutSession(): Promise<boolean> {
    const field = this.#form.elements.namedItem("csrf_token");
    const token = await currentToken();
    if (field instanceof HTMLInputElement && token && token !== field.value) {
      field.value = token;
      return this.#post();
    }
    this.#dirty = true;
    this.#say("signedOut");
    if (!token) this.#timer = window.setTimeout(() => void this.#save(), BETWEEN_SESSIONS);
    return false;
  }

  #saved(answer: { revision: number; dates: Record<string, string> }): void {
    const revision = this.#form.elements.namedItem("revision");
    if (revision instanceof HTMLInputElement) revision.value = String(answer.revision);
    if (this.#door) this.#door.hidden = true;
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
    this.#dirty = status !== STALE; // the page that tells of the conflict has what was typed
    this.#say(status === STALE ? "stale" : "unsaved");
  }

  #say(name: "saving" | "unsaved" | "signedOut" | "stale" | "restored"): void {
    this.#state.textContent = this.dataset[name] ?? "";
    if (this.#door && name !== "saving") this.#door.hidden = name !== "signedOut";
  }

  #send(event: SubmitEvent): void {
    if (this.#mayLeave) return;
    event.preventDefault();
    void this.#leave(event.submitter);
  }

  async #leave(button: HTMLElement | null): Promise<void> {
    this.#keep();
    await this.#saving;
    if (!(await this.#saveNow())) return;
    this.#mayLeave = true;
    if (!this.#dirty) this.#forget();
    this.#form.requestSubmit(button);
    this.#mayLeave = false;
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

function isWithoutSession(status: number): boolean {
  return status === 401 || status === 403;
}

// The token of the session that is now, from whichever tab it came; empty if there is none.
async function currentToken(): Promise<string> {
  const reply = await fetch("/api/session", { headers: { Accept: "application/json" } });
  return reply.ok ? String(((await reply.json()) as { csrf_token?: string }).csrf_token ?? "") : "";
}
