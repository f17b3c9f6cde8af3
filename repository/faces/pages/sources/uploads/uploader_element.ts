// <file-uploader>: takes what is dropped or chosen, and sends it while the page is open.  Without scripts the form
// inside it sends files as forms do.
import { isLeftOut } from "./chosen_names";
import { Patience, sleep, type Trouble } from "./call_patience";
import { DraftFiles } from "./draft_files";
import { FileDigests } from "./file_digests";
import { breath, dropped, walkEntries, walkFiles, walkPlaces, type Walk } from "./folder_walk";
import { droppedPlaces, KeptFolders, readable } from "./kept_folders";
import { byBrowser } from "./server_calls";
import { StayingAwake } from "./staying_awake";
import { UploadQueue } from "./upload_queue";
import { UploadRun } from "./upload_run";
import { UploadView } from "./upload_view";
import { Words } from "./upload_words";

const DRAWN_EVERY = 250;
const ADDED_AT_ONCE = 250;

export class FileUploader extends HTMLElement {
  #queue = new UploadQueue();
  #words!: Words;
  #patience!: Patience;
  #run!: UploadRun;
  #view!: UploadView;
  #kept!: KeptFolders;
  #isOfKept = false;
  #awake = new StayingAwake();
  #walks = 0;
  #notes = { leftOut: 0, emptyFolders: 0, unreadable: [] as string[] };
  #trouble: Trouble | null = null;
  #troubleUntil = 0;
  #isElsewhere = false;
  #release: (() => void) | null = null;
  #isWaitingForTurn = false;
  #drawing = 0;
  #wasSending = false;

  connectedCallback(): void {
    const form = this.querySelector("form");
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    if (!form || !input) return;
    const language = document.documentElement.lang;
    this.#words = new Words(JSON.parse(this.dataset.words ?? "{}") as Record<string, string>, language);
    this.#patience = new Patience(
      { transport: byBrowser, sleep, random: Math.random, isOnline: () => navigator.onLine }, this.dataset.csrf ?? "",
    );
    this.#patience.troubled = (trouble, pause) => this.#tellTrouble(trouble, pause);
    this.#run = this.#newRun(language);
    this.#view = this.#newView();
    this.append(this.#view.section);
    this.#kept = new KeptFolders(this.dataset.address ?? "");
    this.#enhance(form, input);
    this.#listen();
    void this.#offerToGoOn(form);
  }

  #newRun(language: string): UploadRun {
    const words = {
      changed: this.#words.say("changed"),
      mismatch: (here: string, there: string) => this.#words.say("mismatch", { here, there }),
      clash: this.#words.say("clash"),
      broken: this.#words.say("broken"),
    };
    const files = new DraftFiles(this.#patience, this.dataset.address ?? "", language);
    const digests = new FileDigests(this.dataset.digests ?? "");
    const run = new UploadRun({ queue: this.#queue, files, patience: this.#patience, digests, words, sleep });
    run.changed = () => this.#drawSoon();
    return run;
  }

  #newView(): UploadView {
    return new UploadView(this.#words, this.#queue, {
      pause: () => this.#pause(),
      resume: () => void this.#takeTurn(),
      drop: (items) => this.#each(items, (item) => this.#run.drop(item)),
      retry: (items) => this.#again(() => this.#run.retry(items)),
      replace: (items) => this.#again(() => this.#run.replace(items)),
      wake: () => this.#patience.wake(),
    }, this.querySelector(".sign-in") ?? document.createElement("p"));
  }

  // The form without its button: what is chosen is sent at once.
  #enhance(form: HTMLFormElement, input: HTMLInputElement): void {
    form.querySelector("button[type=submit]")?.closest("p")?.remove();
    form.querySelector(".hint")?.replaceChildren(this.#words.say("drop_here"));
    input.addEventListener("change", () => this.#take(input));
    const label = document.createElement("label");
    const folder = document.createElement("input");
    const field = document.createElement("div");
    folder.type = "file";
    folder.id = "field-folder";
    folder.webkitdirectory = true;
    label.htmlFor = folder.id;
    label.textContent = this.#words.say("choose_folder");
    folder.addEventListener("change", () => this.#take(folder));
    field.className = "field";
    field.append(label, folder);
    form.append(field);
  }

  #listen(): void {
    const over = (isOver: boolean): void => void this.classList.toggle("over", isOver);
    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
    addEventListener("drop", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(false);
      this.#isOfKept = true;
      void droppedPlaces(event.dataTransfer).then((places) => this.#kept.keep(places));
      void this.#walk(walkEntries(dropped(event.dataTransfer)));
    });
    addEventListener("online", () => this.#patience.wake());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#patience.wake();
      void this.#awake.again();
    });
    addEventListener("beforeunload", (event) => this.#run.isSending && event.preventDefault());
  }

  // One button for what was dropped before and has not come to its end.
  async #offerToGoOn(form: HTMLFormElement): Promise<void> {
    const places = await this.#kept.all();
    if (places.length === 0) return;
    const row = document.createElement("p");
    const button = document.createElement("button");
    row.className = "actions go-on";
    button.type = "button";
    button.textContent = this.#words.say("go_on", { name: places.map((place) => place.name).join(", ") });
    button.addEventListener("click", async () => {
      const granted = await readable(places);
      if (granted.length === 0) return;
      row.remove();
      this.#isOfKept = true;
      await this.#walk(walkPlaces(granted));
    });
    row.append(button);
    form.append(row);
  }

  #take(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length > 0) void this.#walk(walkFiles(files));
  }

  async #walk(walk: AsyncGenerator<Walk>): Promise<void> {
    this.#walks += 1;
    this.#wasSending = true; // all may be stored before it is drawn for the first time
    this.#run.isWalking = true;
    this.#drawSoon();
    for await (const { found, emptyFolders, unreadable } of walk) {
      this.#notes.emptyFolders += emptyFolders;
      this.#notes.unreadable.push(...unreadable);
      for (const { path, file } of found)
        if (isLeftOut(path)) this.#notes.leftOut += 1;
        else this.#queue.add(path, file);
      this.#drawSoon();
    }
    this.#walks -= 1;
    this.#run.isWalking = this.#walks > 0;
    if (this.#run.isPaused) await this.#takeTurn();
    else this.#run.turn();
  }

  // Do something with many files, a few at a time.
  async #each<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
    let number = 0;
    for (const item of [...items]) {
      act(item);
      if (++number % ADDED_AT_ONCE === 0) await breath();
    }
    this.#drawSoon();
  }

  #again(act: () => void): void {
    this.#wasSending = true;
    act();
    if (this.#run.isPaused) void this.#takeTurn();
  }

  // One tab sends to a draft at a time; others wait for their turn.
  async #takeTurn(): Promise<void> {
    if (this.#release || this.#isWaitingForTurn) return;
    if (!navigator.locks) return this.#run.resume(); // a page without TLS, other than of this computer
    const name = `uploads ${this.dataset.address}`;
    this.#isWaitingForTurn = true;
    this.#isElsewhere = await navigator.locks.query().then((locks) => !!locks.held?.some((lock) => lock.name === name));
    this.#drawSoon();
    await navigator.locks.request(name, () => {
      [this.#isWaitingForTurn, this.#isElsewhere] = [false, false];
      const ended = new Promise<void>((release) => (this.#release = release));
      this.#run.resume();
      return ended;
    });
  }

  #pause(): void {
    this.#run.pause();
    this.#letGo();
  }

  #letGo(): void {
    this.#release?.();
    this.#release = null;
  }

  #tellTrouble(trouble: Trouble | null, pause: number): void {
    if (trouble === null && this.#trouble === null) return;
    this.#trouble = trouble;
    this.#troubleUntil = performance.now() + pause;
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#drawing) return;
    this.#drawing = window.setTimeout(() => {
      this.#drawing = 0;
      this.#draw();
    }, DRAWN_EVERY);
  }

  #draw(): void {
    const run = this.#run;
    this.#view.draw({
      isWalking: run.isWalking,
      asked: run.asked,
      isPaused: run.isPaused,
      isIdle: run.isIdle,
      held: run.held,
      isElsewhere: this.#isElsewhere,
      trouble: this.#trouble,
      troubleUntil: this.#troubleUntil,
      ...this.#notes,
    });
    this.#awake.want(run.isSending);
    this.dataset.state = run.isIdle ? "idle" : run.isPaused ? "paused" : run.held ? "held" : "busy";
    if (run.isIdle && this.#wasSending) this.#ended();
    this.#wasSending = !run.isIdle;
    if (!run.isIdle && !run.isPaused && !run.held) this.#drawSoon();
  }

  // Everything is there that can be: the turn goes to the next tab, and the list below is old.
  #ended(): void {
    this.#run.pause();
    this.#letGo();
    if (this.#isOfKept && this.#queue.count("clash", "refused", "failed") === 0) void this.#kept.forget();
    const link = this.querySelector<HTMLAnchorElement>(".reload");
    if (link) link.hidden = this.#queue.count("done", "same") === 0;
  }
}
