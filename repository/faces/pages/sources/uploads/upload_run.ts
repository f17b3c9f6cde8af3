// One choice of files from the first name to the last digest: asked about, sent over four connections, compared.
//
// Every file begins as "found" and is asked about before it is sent, also after a pause, a failure or a reload: so what
// another tab, machine or day has sent is never sent again, and nothing here has to be remembered.
import type { Patience } from "./call_patience";
import type { CheckedFile, DraftFiles, Limits } from "./draft_files";
import { ChangedFile, type Digests } from "./file_digests";
import { PartedFile, partSizeOf, type DirectWay } from "./part_sender";
import { Refusal, Stopped } from "./server_calls";
import type { Item, RemoteFile, UploadQueue } from "./upload_queue";
import { bundleOf, sendBundle, sendWhole, SMALL, type Outcome } from "./whole_sender";

const CONNECTIONS = 4;
const NAMES_AT_ONCE = 500;
const COMPARED_AT_ONCE = 2;
const WHOLE = 16 << 20;
const FIRST_LOOK = 300;
const LONGEST_LOOK = 10_000;

// The words that a run needs; all others come from the server.
export interface RunWords {
  changed: string;
  mismatch: (here: string, there: string) => string;
  clash: string;
  broken: string;
}

export interface RunParts {
  queue: UploadQueue;
  files: DraftFiles;
  patience: Patience;
  digests: Digests;
  words: RunWords;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export class UploadRun {
  readonly #parts: RunParts;
  #limits: Limits | null = null;
  #stop = new AbortController();
  #cancels = new Map<Item, AbortController>();
  #parted: PartedFile[] = [];
  #way: DirectWay = { isOpen: true, failures: 0 };
  #busy = 0;
  #comparing = 0;
  #isAsking = false;
  #isVerifying = false;
  #checked = 0;
  isPaused = true;
  // More files are being found: what is known already is not all, so nothing is sent yet.
  isWalking = false;
  // Why none of the files can be sent, in the server's words; empty if they can.
  held = "";
  changed: () => void = () => undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  // Whether somebody would lose by leaving the page.
  get isSending(): boolean {
    const { queue } = this.#parts;
    return !this.isPaused && !this.held && queue.count("found", "ready", "sending") > 0;
  }

  // Whether everything has come to an end, good or bad.
  get isIdle(): boolean {
    const { queue } = this.#parts;
    const left = queue.count("found", "comparing", "ready", "sending", "checking");
    return !this.isWalking && left === 0 && this.#busy + this.#comparing === 0 && !this.#isAsking && !this.#isVerifying;
  }

  // How many names the server was asked about, of those that were found.
  get asked(): number {
    return this.#checked;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.held = "";
    this.#stop = new AbortController();
    this.turn();
  }

  // Stop at once; what is on its way is asked about again afterwards.
  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#stop.abort();
    this.#parts.patience.wake();
    this.#parted = [];
    const { queue } = this.#parts;
    for (const state of ["sending", "ready", "comparing", "checking"] as const)
      for (const item of [...queue.in(state)]) this.#again(item);
    this.changed();
  }

  // Take a file out of the list, and what was begun of it out of the draft.
  async drop(item: Item): Promise<void> {
    const { queue, files } = this.#parts;
    const wasBegun = item.there?.status === "pending" && !item.replaces;
    queue.move(item, "dropped");
    this.#parted = this.#parted.filter((parted) => parted.item !== item);
    this.#cancels.get(item)?.abort();
    if (this.held) this.retry([]);
    this.turn();
    if (wasBegun) await files.remove(item.key, new AbortController().signal);
  }

  retry(items: Iterable<Item>): void {
    for (const item of [...items]) this.#again(item);
    this.held = "";
    this.turn();
  }

  // Send the file in place of the one that the draft has.
  replace(items: Iterable<Item>): void {
    for (const item of [...items]) {
      item.replaces = true;
      this.#parts.queue.move(item, "ready");
    }
    this.turn();
  }

  // Do whatever can be done now.
  turn(): void {
    this.changed();
    if (this.isPaused) return;
    const { queue } = this.#parts;
    if (!this.#isAsking && !this.held && queue.in("found").size > 0) void this.#ask();
    while (this.#comparing < COMPARED_AT_ONCE && this.#nextCompared()) continue;
    if (!this.#isVerifying && queue.in("checking").size > 0) void this.#verify();
    if (this.isWalking || this.#isAsking || this.held || queue.in("found").size > 0 || !this.#limits) return;
    while (this.#busy < CONNECTIONS && this.#nextSent(this.#limits)) continue;
  }

  #again(item: Item): void {
    this.#cancels.delete(item);
    item.there = null;
    item.sha256 = null;
    item.replaces = false;
    this.#parts.queue.move(item, "found");
  }

  // Ask what would become of the files that were found, some at a time.
  async #ask(): Promise<void> {
    const { queue, files } = this.#parts;
    const signal = this.#stop.signal;
    this.#isAsking = true;
    try {
      this.#limits ??= await files.limits();
      while (queue.in("found").size > 0 && !this.held && !signal.aborted) await this.#askSome(signal);
    } catch (error) {
      if (error instanceof Refusal) this.held = error.message || this.#parts.words.broken;
      else if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#isAsking = false;
      this.turn();
    }
  }

  async #askSome(signal: AbortSignal): Promise<void> {
    const { queue, files } = this.#parts;
    const items = new Set<Item>();
    for (const item of queue.in("found")) {
      items.add(item);
      const twin = queue.twinOf(item); // the server says in its words what is wrong with two spellings of one name
      if (twin && twin.state !== "dropped") items.add(twin);
      if (items.size >= NAMES_AT_ONCE) break;
    }
    let [waiting, bytes] = [0, 0];
    for (const item of queue.in("ready")) {
      if (item.there || items.has(item)) continue;
      [waiting, bytes] = [waiting + 1, bytes + item.size];
    }
    const asked = [...items].sort((one, other) => Number(other.state !== "found") - Number(one.state !== "found"));
    const told = await files.check(asked, { files: waiting, bytes }, signal);
    if (told.reason) {
      this.held = told.reason;
      return;
    }
    const answers = new Map(told.entries.map((answer) => [answer.key, answer]));
    for (const item of asked) if (item.state === "found") this.#sort(item, answers.get(item.key));
    this.#checked += asked.length;
    this.changed();
  }

  #sort(item: Item, answer: CheckedFile | undefined): void {
    const { queue, words } = this.#parts;
    if (!answer || answer.status === "refused") return queue.move(item, "refused", answer?.reason ?? words.broken);
    item.there = answer.file ?? null;
    if (!answer.file) return queue.move(item, "ready");
    const { status, size, transfer } = answer.file;
    if (status === "failed") item.replaces = true;
    if (status === "failed") return queue.move(item, "ready");
    const isSame = size === item.size || (status === "pending" && (size ?? null) === null);
    if (!isSame || transfer.type === "F") return queue.move(item, "clash", words.clash);
    queue.move(item, status === "pending" ? "ready" : "comparing");
  }

  #nextCompared(): boolean {
    const { queue } = this.#parts;
    for (const item of queue.in("comparing")) {
      if (this.#cancels.has(item)) continue;
      this.#comparing += 1;
      void this.#guarded(item, (signal) => this.#compare(item, signal)).finally(() => {
        this.#comparing -= 1;
        this.turn();
      });
      return true;
    }
    return false;
  }

  // Whether the draft's file is the one here; if the server has not read it yet, that is seen later.
  async #compare(item: Item, signal: AbortSignal): Promise<void> {
    const { queue, digests, words } = this.#parts;
    item.sha256 = await digests.of(item.file, signal);
    const there = item.there?.checksums?.sha256;
    if (there === undefined) queue.move(item, "checking");
    else if (there === item.sha256) queue.move(item, "same");
    else queue.move(item, "clash", words.clash);
  }

  // Begin the next piece of work on a connection; false if there is none.
  #nextSent(limits: Limits): boolean {
    for (const parted of this.#parted) {
      const number = parted.takeNext();
      if (number === undefined) continue;
      this.#work(parted.item, (signal) => this.#part(parted, number, signal));
      return true;
    }
    const { queue } = this.#parts;
    const item = queue.first("ready");
    if (!item) return false;
    if (item.size < SMALL && !item.replaces) this.#sendTogether(bundleOf(queue.in("ready"), limits.bundles), limits);
    else if (this.#goesWhole(item, limits)) this.#sendAlone(item, (signal) => this.#whole(item, signal));
    else this.#sendAlone(item, (signal) => this.#begin(item, limits, signal));
    return true;
  }

  #goesWhole(item: Item, limits: Limits): boolean {
    if (item.there?.transfer.type === "M" && !item.replaces) return false;
    return item.size < SMALL || (item.size <= WHOLE && !limits.parts.direct);
  }

  #work(item: Item, act: (signal: AbortSignal) => Promise<void>): void {
    this.#busy += 1;
    void this.#guarded(item, act).finally(() => {
      this.#busy -= 1;
      this.turn();
    });
  }

  #sendAlone(item: Item, act: (signal: AbortSignal) => Promise<void>): void {
    this.#parts.queue.move(item, "sending");
    this.#work(item, async (signal) => {
      if (item.replaces) {
        await this.#parts.files.remove(item.key, signal);
        [item.replaces, item.there] = [false, null];
      }
      await act(signal);
    });
  }

  async #whole(item: Item, signal: AbortSignal): Promise<void> {
    this.#received(item, await sendWhole(this.#parts.files, item, signal));
  }

  async #begin(item: Item, limits: Limits, signal: AbortSignal): Promise<void> {
    const parted = new PartedFile(item, this.#parts.files, this.#way);
    await parted.begin(partSizeOf(item.size, limits.parts.most), signal);
    if (signal.aborted) throw new Stopped();
    this.#parted.push(parted);
    if (parted.isSent) await this.#join(parted, signal); // only its commit was missing
  }

  async #part(parted: PartedFile, number: number, signal: AbortSignal): Promise<void> {
    await parted.send(number, signal);
    if (parted.isSent) await this.#join(parted, signal);
  }

  async #join(parted: PartedFile, signal: AbortSignal): Promise<void> {
    if (!(await parted.commit(signal))) return;
    this.#parted = this.#parted.filter((other) => other !== parted);
    this.#received(parted.item, parted.item.there!);
  }

  #received(item: Item, there: RemoteFile): void {
    item.there = there;
    this.#cancels.delete(item);
    this.#parts.queue.move(item, "checking");
  }

  #sendTogether(items: readonly Item[], limits: Limits): void {
    const { queue, files } = this.#parts;
    for (const item of items) queue.move(item, "sending");
    this.#busy += 1;
    const signal = this.#stop.signal;
    void sendBundle(files, items, limits.bundles.sha256, signal)
      .then((outcomes) => outcomes.forEach((outcome) => this.#settle(outcome)))
      .catch((error: unknown) => this.#refusedTogether(items, error))
      .finally(() => {
        this.#busy -= 1;
        this.turn();
      });
  }

  #settle({ item, sha256, fault, reason }: Outcome): void {
    const { queue, files, words } = this.#parts;
    if (item.state === "dropped" && sha256 && !item.there) return void files.remove(item.key, new AbortController().signal);
    if (item.state !== "sending") return;
    if (sha256) queue.move(item, "done");
    else queue.move(item, "failed", fault === "changed" ? words.changed : reason || words.broken);
  }

  // A bundle that is refused as a whole: all of its files have the reason.
  #refusedTogether(items: readonly Item[], error: unknown): void {
    if (error instanceof Stopped) return;
    if (!(error instanceof Refusal)) throw error;
    for (const item of items)
      if (item.state === "sending") this.#parts.queue.move(item, "failed", error.message || this.#parts.words.broken);
  }

  // Run `act` for a file, until the file is dropped or all is paused; what goes wrong is the file's own fault.
  async #guarded(item: Item, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { queue, words } = this.#parts;
    const before = this.#stop;
    const cancel = this.#cancels.get(item) ?? new AbortController();
    this.#cancels.set(item, cancel);
    try {
      await act(AbortSignal.any([before.signal, cancel.signal]));
    } catch (error) {
      if (error instanceof Stopped || before.signal.aborted || cancel.signal.aborted) return;
      this.#parted = this.#parted.filter((parted) => parted.item !== item);
      cancel.abort();
      if (error instanceof ChangedFile) queue.move(item, "failed", words.changed);
      else queue.move(item, "failed", error instanceof Refusal && error.message ? error.message : words.broken);
      if (!(error instanceof ChangedFile || error instanceof Refusal)) throw error;
    } finally {
      if (item.state !== "sending" && this.#cancels.get(item) === cancel) this.#cancels.delete(item);
    }
  }

  // Look at what was sent until the server has read it, and compare its digests with those of this computer.
  async #verify(): Promise<void> {
    const { queue, sleep } = this.#parts;
    const { signal } = this.#stop;
    this.#isVerifying = true;
    try {
      for (let pause = FIRST_LOOK; queue.in("checking").size > 0 && !signal.aborted; pause = longer(pause)) {
        const before = queue.in("checking").size;
        await this.#verifySome([...queue.in("checking")].slice(0, NAMES_AT_ONCE), signal);
        if (queue.in("checking").size < before) pause = FIRST_LOOK;
        if (queue.in("checking").size > 0) await sleep(pause, signal);
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#isVerifying = false;
      this.turn();
    }
  }

  async #verifySome(items: readonly Item[], signal: AbortSignal): Promise<void> {
    const { files, digests } = this.#parts;
    const unread = items.filter((item) => !item.there?.checksums && item.there?.status !== "failed");
    if (unread.length > 0) {
      const told = await files.check(unread, { files: 0, bytes: 0 }, signal);
      const answers = new Map(told.entries.map((answer) => [answer.key, answer.file ?? null]));
      for (const item of unread) item.there = answers.get(item.key) ?? null;
    }
    for (const item of items) {
      if (!item.sha256)
        await this.#guarded(item, async (signal) => void (item.sha256 = await digests.of(item.file, signal)));
      this.#judge(item);
    }
  }

  #judge(item: Item): void {
    const { queue, words } = this.#parts;
    if (item.state !== "checking") return;
    const there = item.there;
    if (!there || there.status === "failed") queue.move(item, "failed", there?.transfer.error ?? words.broken);
    else if (!there.checksums || !item.sha256) return;
    else if (there.checksums.sha256 === item.sha256) queue.move(item, "done");
    else queue.move(item, "failed", words.mismatch(item.sha256, there.checksums.sha256));
  }
}

function longer(pause: number): number {
  return Math.min(LONGEST_LOOK, pause * 1.5);
}
