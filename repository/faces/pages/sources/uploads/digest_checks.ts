// Whether the draft has the bytes of this computer: of files that were there before, and of those that were sent.
import type { RunScope } from "./run_scope";
import { Refusal, Stopped } from "./server_calls";
import type { Item } from "./upload_queue";

const COMPARED_AT_ONCE = 2;
const LOOKED_AT_ONCE = 500;
const FIRST_LOOK = 300;
const LONGEST_LOOK = 10_000;

export class DigestChecks {
  readonly #scope: RunScope;
  #comparing = 0;
  #isLooking = false;

  constructor(scope: RunScope) {
    this.#scope = scope;
  }

  get isBusy(): boolean {
    return this.#comparing > 0 || this.#isLooking;
  }

  // Begin what can be compared now.
  fill(): void {
    const { queue } = this.#scope.parts;
    while (this.#comparing < COMPARED_AT_ONCE && this.#compareNext()) continue;
    if (!this.#isLooking && queue.in("checking").size > 0) void this.#look();
  }

  #compareNext(): boolean {
    for (const item of this.#scope.parts.queue.in("comparing")) {
      if (this.#scope.isTaken(item)) continue;
      this.#comparing += 1;
      void this.#scope.guarded(item, (signal) => this.#compare(item, signal)).finally(() => {
        this.#comparing -= 1;
        this.#scope.turn();
      });
      return true;
    }
    return false;
  }

  // Whether the draft's file is the one here; if the server has not read it yet, that is seen later.
  async #compare(item: Item, signal: AbortSignal): Promise<void> {
    const { queue, digests, words } = this.#scope.parts;
    item.sha256 = await digests.of(item.file, signal);
    const there = item.there?.checksums?.sha256;
    if (there === undefined) queue.move(item, "checking");
    else if (there === item.sha256) queue.move(item, "same");
    else queue.move(item, "clash", words.clash);
  }

  // Look at what was sent until the server has read it, and compare its digests with those of this computer.
  async #look(): Promise<void> {
    const { queue, sleep } = this.#scope.parts;
    const { signal } = this.#scope;
    this.#isLooking = true;
    try {
      for (let pause = FIRST_LOOK; queue.in("checking").size > 0 && !signal.aborted; pause = longer(pause)) {
        const before = queue.in("checking").size;
        await this.#lookAt([...queue.in("checking")].slice(0, LOOKED_AT_ONCE), signal);
        if (queue.in("checking").size < before) pause = FIRST_LOOK;
        if (queue.in("checking").size > 0) await sleep(pause, signal);
      }
    } catch (error) {
      if (error instanceof Refusal) this.#unseen(error);
      else if (!(error instanceof Stopped)) throw error;
    } finally {
      this.#isLooking = false;
      this.#scope.turn();
    }
  }

  async #lookAt(items: readonly Item[], signal: AbortSignal): Promise<void> {
    const { files, digests } = this.#scope.parts;
    const unread = items.filter((item) => !item.there?.checksums && item.there?.status !== "failed");
    if (unread.length > 0) {
      const told = await files.check(unread, { files: 0, bytes: 0 }, signal);
      const answers = new Map(told.entries.map((answer) => [answer.key, answer.file ?? null]));
      for (const item of unread) item.there = answers.get(item.key) ?? null;
    }
    for (const item of items) {
      if (!item.sha256)
        await this.#scope.guarded(item, async (signal) => void (item.sha256 = await digests.of(item.file, signal)));
      this.#judge(item);
    }
  }

  #judge(item: Item): void {
    const { queue, words } = this.#scope.parts;
    if (item.state !== "checking") return;
    const there = item.there;
    if (!there || there.status === "failed") queue.move(item, "failed", there?.transfer.error ?? words.broken);
    else if (!there.checksums || !item.sha256) return;
    else if (there.checksums.sha256 === item.sha256) queue.move(item, "done");
    else queue.move(item, "failed", words.mismatch(item.sha256, there.checksums.sha256));
  }

  // Nobody may look any more, as when the draft was taken away meanwhile: the files have the reason.
  #unseen(refusal: Refusal): void {
    const { queue } = this.#scope.parts;
    for (const item of [...queue.in("checking")]) queue.move(item, "failed", this.#scope.reasonOf(refusal));
  }
}

function longer(pause: number): number {
  return Math.min(LONGEST_LOOK, pause * 1.5);
}
