// What the page shows of an upload: numbers in words, and of the files only those that somebody looks at.
import type { Trouble } from "./call_patience";
import { element, setHidden, setText } from "./page_parts";
import { ShownFiles, type Acts } from "./shown_files";
import type { Item, UploadQueue } from "./upload_queue";
import { humanSize, type Words } from "./upload_words";

// Everything beside the queue that the view tells of.
export interface Shown {
  isWalking: boolean;
  asked: number;
  isPaused: boolean;
  isIdle: boolean;
  held: string;
  isElsewhere: boolean;
  trouble: Trouble | null;
  troubleUntil: number;
  leftOut: number;
  emptyFolders: number;
  unreadable: readonly string[];
}

const NOTES = 50;
const ANNOUNCED_EVERY = 10_000;
const PACE_OVER = 20_000;

export class UploadView {
  readonly section = element("section", "card uploading");
  readonly #words: Words;
  readonly #queue: UploadQueue;
  readonly #acts: Acts;
  readonly #phase = element("p", "phase");
  readonly #bar = element("progress", "") as HTMLProgressElement;
  readonly #notes = element("ul", "notes");
  readonly #trouble = element("div", "notice");
  readonly #spoken = element("p", "unseen");
  readonly #buttons: Record<string, HTMLButtonElement>;
  readonly #lists: ShownFiles[];
  readonly #paces: [time: number, bytes: number][] = [];
  #announced = 0;
  #last = "";
  #told = "";

  readonly #door: HTMLElement;

  // `door` is a link to sign in, which is shown when that is what is missing.
  constructor(words: Words, queue: UploadQueue, acts: Acts, door: HTMLElement) {
    [this.#words, this.#queue, this.#acts, this.#door] = [words, queue, acts, door];
    const head = element("h2", "");
    head.id = "uploading";
    head.textContent = words.say("heading");
    this.section.setAttribute("aria-labelledby", head.id);
    this.section.hidden = true;
    this.#bar.setAttribute("aria-labelledby", head.id);
    this.#spoken.setAttribute("role", "status");
    this.#trouble.setAttribute("role", "status");
    this.#buttons = this.#bars();
    this.#lists = [
      new ShownFiles("clash", ["clash"], words, queue, { replace: acts.replace, drop: acts.drop }),
      new ShownFiles("failed", ["refused", "failed"], words, queue, { retry: acts.retry, drop: acts.drop }),
      new ShownFiles("moving", ["sending", "comparing", "checking"], words, queue, { drop: acts.drop }),
    ];
    const row = element("p", "actions");
    row.append(...Object.values(this.#buttons));
    this.section.append(
      head, this.#phase, this.#bar, this.#trouble, door, this.#notes, row, this.#spoken,
      ...this.#lists.map((list) => list.section),
    );
  }

  draw(shown: Shown): void {
    const queue = this.#queue;
    this.section.hidden = queue.wanted === 0 && !shown.isWalking && !this.#hasNotes(shown) && this.section.hidden;
    this.#bar.max = Math.max(1, queue.wantedBytes);
    this.#bar.value = queue.storedBytes;
    this.#bar.hidden = shown.isWalking || queue.wanted === 0;
    const phase = this.#phaseOf(shown);
    setText(this.#phase, phase);
    this.#drawTrouble(shown);
    this.#drawNotes(shown);
    this.#drawButtons(shown);
    for (const list of this.#lists) list.draw();
    this.#announce(phase, shown);
  }

  #bars(): Record<string, HTMLButtonElement> {
    const queue = this.#queue;
    const button = (name: string, act: () => void): HTMLButtonElement => {
      const made = element("button", "second") as HTMLButtonElement;
      made.type = "button";
      made.textContent = this.#words.say(name);
      made.addEventListener("click", act);
      return made;
    };
    return {
      pause: button("pause", () => this.#acts.pause()),
      resume: button("resume", () => this.#acts.resume()),
      retry: button("retry", () => this.#acts.retry([])),
      retry_all: button("retry_all", () => this.#acts.retry(queue.in("failed"))),
      replace_all: button("replace_all", () => this.#acts.replace(queue.in("clash"))),
      keep_all: button("keep_all", () => this.#acts.drop(queue.in("clash"))),
      drop_all: button("drop_all", () =>
        this.#acts.drop([...queue.in("found"), ...queue.in("ready"), ...queue.in("refused"), ...queue.in("failed")])),
      wake: button("wake", () => this.#acts.wake()),
    };
  }

  #drawButtons(shown: Shown): void {
    const count = (...states: Item["state"][]): number => this.#queue.count(...states);
    const wanted: Record<string, boolean> = {
      pause: !shown.isPaused && !shown.isIdle && !shown.held,
      resume: shown.isPaused && count("found") > 0 && !shown.isElsewhere,
      retry: shown.held !== "",
      retry_all: count("failed") > 0,
      replace_all: count("clash") > 1,
      keep_all: count("clash") > 1,
      drop_all: shown.held !== "" || (shown.isPaused && count("found") > 0) || count("refused", "failed") > 1,
      wake: shown.trouble !== null && shown.trouble !== "signed_out",
    };
    for (const [name, button] of Object.entries(this.#buttons)) setHidden(button, !wanted[name]);
  }

  // One sentence about the whole: what is done now, how much of it, and how long it may take.
  #phaseOf(shown: Shown): string {
    const queue = this.#queue;
    const say = (name: string, places: Record<string, string | number> = {}): string => this.#words.say(name, places);
    const all = queue.wanted;
    if (shown.isElsewhere) return say("other_tab", { count: all });
    if (shown.isWalking) return say("reading", { count: all });
    if (shown.held) return say("held", { count: queue.count("found", "ready") });
    if (shown.isPaused && queue.count("found") > 0) return say("paused", { count: queue.count("found"), all });
    if (queue.count("found") > 0) return say("asking", { done: Math.min(shown.asked, all), count: all });
    const attention = queue.count("clash", "refused", "failed");
    if (shown.isIdle && all === 0) return say("nothing");
    if (shown.isIdle && attention === 0)
      return say("done", { count: all, sent: queue.count("done"), same: queue.count("same") });
    if (shown.isIdle) return say("done_but", { done: queue.count("done", "same"), all, count: attention });
    if (queue.count("ready", "sending") > 0) return this.#sending(all);
    if (queue.count("checking") > 0) return say("checking", { count: queue.count("checking") });
    return say("comparing", { count: queue.count("comparing") });
  }

  #sending(all: number): string {
    const queue = this.#queue;
    const [stored, total] = [queue.storedBytes, queue.wantedBytes];
    const places = {
      done: queue.count("done", "same", "checking"), count: all, size: humanSize(stored), total: humanSize(total),
    };
    const pace = this.#pace(stored);
    if (pace <= 0) return this.#words.say("sending", places);
    const time = this.#words.time((total - stored) / pace);
    return this.#words.say("sending_pace", { ...places, pace: humanSize(pace), time });
  }

  // Bytes a second over the last while; 0 as long as nobody can know.
  #pace(bytes: number): number {
    const now = performance.now();
    this.#paces.push([now, bytes]);
    while (this.#paces.length > 2 && now - this.#paces[0]![0] > PACE_OVER) this.#paces.shift();
    const [time, first] = this.#paces[0]!;
    return now - time < 2000 ? 0 : Math.max(0, ((bytes - first) * 1000) / (now - time));
  }

  #drawTrouble(shown: Shown): void {
    const seconds = Math.ceil((shown.troubleUntil - performance.now()) / 1000);
    const words = shown.held || (shown.trouble ? this.#words.say(`trouble_${shown.trouble}`) : "");
    setHidden(this.#trouble, words === "");
    setHidden(this.#door, shown.held !== "" || shown.trouble !== "signed_out");
    const again = words !== "" && !shown.held && shown.trouble !== "signed_out" && seconds > 15;
    // The seconds that are left are no news for a listener: they stand still until the next try.
    const told = words && `${words} ${shown.troubleUntil}`;
    if (this.#told === told) return;
    this.#told = told;
    setText(this.#trouble, again ? `${words} ${this.#again(seconds)}` : words);
  }

  #again(seconds: number): string {
    return this.#words.say("again_in", { time: this.#words.time(seconds) });
  }

  #hasNotes(shown: Shown): boolean {
    return shown.leftOut + shown.emptyFolders + shown.unreadable.length > 0;
  }

  #drawNotes(shown: Shown): void {
    const notes: string[] = [];
    if (shown.leftOut) notes.push(this.#words.say("left_out", { count: shown.leftOut }));
    if (shown.emptyFolders) notes.push(this.#words.say("empty_folders", { count: shown.emptyFolders }));
    for (const path of shown.unreadable.slice(0, NOTES)) notes.push(this.#words.say("unreadable", { name: path }));
    if (this.#notes.childElementCount === notes.length) return;
    this.#notes.replaceChildren(
      ...notes.map((text) => {
        const line = element("li", "");
        line.textContent = text;
        return line;
      }),
    );
  }

  // Tell listeners seldom what the eye sees all the time; the end, and a change of what is done, at once.
  #announce(phase: string, shown: Shown): void {
    const kind = `${shown.isIdle} ${shown.isPaused} ${shown.isWalking} ${shown.held}`;
    const now = performance.now();
    if (kind === this.#last && now - this.#announced < ANNOUNCED_EVERY) return;
    if (kind === this.#last && shown.isIdle) return;
    [this.#last, this.#announced] = [kind, now];
    setText(this.#spoken, phase);
  }
}
