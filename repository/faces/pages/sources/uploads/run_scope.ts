// What the pieces of a run share: the list, the server, and the ways to stop everything or one file.
import type { Patience } from "./call_patience";
import type { DraftFiles } from "./draft_files";
import { ChangedFile, type Digests } from "./file_digests";
import { Refusal, Stopped } from "./server_calls";
import type { Item, UploadQueue } from "./upload_queue";

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

export class RunScope {
  readonly parts: RunParts;
  #stop = new AbortController();
  #cancels = new Map<Item, AbortController>();
  // Why none of the files can be sent, in the server's words; empty if they can.
  held = "";
  // Something has come to an end: whatever can be done next, is done.
  turn: () => void = () => undefined;
  // A file is out of the run: what somebody holds of it is of no use any more.
  lost: (item: Item) => void = () => undefined;

  constructor(parts: RunParts) {
    this.parts = parts;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  restart(): void {
    this.#stop = new AbortController();
  }

  // Stop at once, also what waits for better times.
  stop(): void {
    this.#stop.abort();
    this.parts.patience.wake();
  }

  // Whether something is done with the file right now.
  isTaken(item: Item): boolean {
    return this.#cancels.has(item);
  }

  cancel(item: Item): void {
    this.lost(item);
    this.#cancels.get(item)?.abort();
  }

  // What was done with the file is over, and it can be taken anew.
  release(item: Item): void {
    this.#cancels.delete(item);
  }

  // Look at the file as if it had just been found.
  again(item: Item): void {
    this.release(item);
    item.there = null;
    item.sha256 = null;
    item.replaces = false;
    this.parts.queue.move(item, "found");
  }

  // Take what was begun of a dropped file out of the draft; where that is refused, the file says so.
  async removeBegun(item: Item): Promise<void> {
    const { files, queue } = this.parts;
    try {
      await files.remove(item.key, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      queue.move(item, "failed", this.reasonOf(error));
    }
  }

  // Run `act` for a file, until the file is dropped or all is stopped; what goes wrong is the file's own fault.
  async guarded(item: Item, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const all = this.#stop;
    const cancel = this.#cancels.get(item) ?? new AbortController();
    this.#cancels.set(item, cancel);
    try {
      await act(AbortSignal.any([all.signal, cancel.signal]));
    } catch (error) {
      if (error instanceof Stopped || all.signal.aborted || cancel.signal.aborted) return;
      this.cancel(item);
      this.parts.queue.move(item, "failed", this.reasonOf(error));
      if (!(error instanceof ChangedFile || error instanceof Refusal)) throw error;
    } finally {
      if (item.state !== "sending" && this.#cancels.get(item) === cancel) this.#cancels.delete(item);
    }
  }

  // What a person reads of an error.
  reasonOf(error: unknown): string {
    const { changed, broken } = this.parts.words;
    if (error instanceof ChangedFile) return changed;
    return (error instanceof Refusal && error.message) || broken;
  }
}
