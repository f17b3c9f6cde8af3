// A large file in parts, several at once; what the server has already is asked, never remembered.
import type { DraftFiles } from "./draft_files";
import { bytesOf, ChangedFile, digestOf } from "./file_digests";
import { Refusal } from "./server_calls";
import type { Item, RemoteFile } from "./upload_queue";

// The way straight to the store, for all files: closed when the store does not let this page send.
export interface DirectWay {
  isOpen: boolean;
  failures: number;
}

const MOST_FAILURES = 3;
const MOST_ROUNDS = 3;
const USUAL_PART = 16 << 20;

// The size of a file's parts: the usual one, larger where they would be too many.
export function partSizeOf(size: number, most: number): number {
  const least = Math.ceil(size / most);
  return Math.max(USUAL_PART, Math.ceil(least / (1 << 20)) << 20);
}

export class PartedFile {
  readonly item: Item;
  readonly #files: DraftFiles;
  readonly #way: DirectWay;
  readonly #moving = new Map<number, number>();
  #urls = new Map<number, string>();
  #left: number[] = [];
  #partSize = USUAL_PART;
  #rounds = 0;

  constructor(item: Item, files: DraftFiles, way: DirectWay) {
    this.item = item;
    this.#files = files;
    this.#way = way;
  }

  // Name the file, or ask for what is missing of one that was begun.
  async begin(partSize: number, signal: AbortSignal): Promise<void> {
    const { key, size, there } = this.item;
    this.#take(there ? await this.#files.describe(key, signal) : await this.#files.nameInParts(key, size, partSize, signal));
  }

  // The next part that nobody sends yet; undefined if there is none right now.
  takeNext(): number | undefined {
    const number = this.#left.shift();
    if (number !== undefined) this.#moving.set(number, 0);
    return number;
  }

  get hasMore(): boolean {
    return this.#left.length > 0;
  }

  get isSent(): boolean {
    return this.#left.length === 0 && this.#moving.size === 0;
  }

  async send(number: number, signal: AbortSignal): Promise<void> {
    const start = (number - 1) * this.#partSize;
    const blob = this.item.file.slice(start, Math.min(start + this.#partSize, this.item.size));
    const bytes = await bytesOf(blob);
    if (bytes.length !== blob.size) throw new ChangedFile();
    const progress = (moved: number): void => this.#move(number, Math.min(moved, bytes.length));
    const body = new Blob([bytes]);
    if (!(await this.#sentDirectly(number, body, { progress, signal }))) {
      progress(0);
      await this.#files.sendPart(this.item.key, number, body, await digestOf(bytes), { progress, signal });
    }
    this.#moving.delete(number);
    this.#urls.delete(number);
    this.#add();
  }

  // Make the parts the file; false if some of them are to be sent again.
  async commit(signal: AbortSignal): Promise<boolean> {
    try {
      this.item.there = await this.#files.commit(this.item.key, signal);
      return true;
    } catch (error) {
      const isMissing = error instanceof Refusal && error.status === 400 && ++this.#rounds <= MOST_ROUNDS;
      if (!isMissing) throw error;
      this.#take(await this.#files.describe(this.item.key, signal));
      if (!this.hasMore) throw error;
      return false;
    }
  }

  // Send a part to the store as long as it takes parts from this page; false if it has to go through the server.
  async #sentDirectly(
    number: number, body: Blob, sending: { progress: (bytes: number) => void; signal: AbortSignal },
  ): Promise<boolean> {
    for (;;) {
      const url = this.#urls.get(number);
      if (url === undefined || !this.#way.isOpen || new URL(url, location.href).origin === location.origin) return false;
      const answer = await this.#files.sendToStore(url, body, sending);
      if (answer.status >= 200 && answer.status < 300) {
        this.#way.failures = 0;
        return true;
      }
      sending.progress(0);
      // An address may have grown old, or its answer was lost: the server knows, and waits with us if it is away.
      const there = await this.#files.describe(this.item.key, sending.signal);
      this.#urls = urlsOf(there);
      if (!this.#urls.has(number)) return true;
      this.#way.failures += 1;
      if (this.#way.failures >= MOST_FAILURES) this.#way.isOpen = false;
    }
  }

  #take(there: RemoteFile): void {
    this.item.there = there;
    this.#partSize = there.transfer.part_size ?? this.#partSize;
    this.#urls = urlsOf(there);
    this.#left = [...this.#urls.keys()].sort((a, b) => a - b);
    this.#add();
  }

  #move(number: number, bytes: number): void {
    this.#moving.set(number, bytes);
    this.#add();
  }

  #add(): void {
    const sizeOf = (number: number): number =>
      Math.min(this.#partSize, this.item.size - (number - 1) * this.#partSize);
    let sent = this.item.size;
    for (const number of this.#left) sent -= sizeOf(number);
    for (const [number, bytes] of this.#moving) sent -= sizeOf(number) - bytes;
    this.item.sent = Math.max(0, sent);
  }
}

function urlsOf(there: RemoteFile): Map<number, string> {
  return new Map((there.links.parts ?? []).map(({ part, url }) => [part, url]));
}
