// Bytes on their way, over four connections: small files together, others whole or in parts.
import type { Limits } from "./draft_files";
import { PartedFile, partSizeOf, type DirectWay } from "./part_sender";
import type { RunScope } from "./run_scope";
import { Refusal, Stopped } from "./server_calls";
import type { Item, RemoteFile } from "./upload_queue";
import { bundleOf, sendBundle, sendWhole, SMALL, type Outcome } from "./whole_sender";

const CONNECTIONS = 4;
const WHOLE = 16 << 20;

export class Connections {
  readonly #scope: RunScope;
  #parted: PartedFile[] = [];
  #way: DirectWay = { isOpen: true, failures: 0 };
  #busy = 0;

  constructor(scope: RunScope) {
    this.#scope = scope;
  }

  get isBusy(): boolean {
    return this.#busy > 0;
  }

  // Give every idle connection something to send.
  fill(limits: Limits): void {
    while (this.#busy < CONNECTIONS && this.#sendNext(limits)) continue;
  }

  forget(item: Item): void {
    this.#parted = this.#parted.filter((parted) => parted.item !== item);
  }

  forgetAll(): void {
    this.#parted = [];
  }

  // Begin the next piece of work on a connection; false if there is none.
  #sendNext(limits: Limits): boolean {
    for (const parted of this.#parted) {
      const number = parted.takeNext();
      if (number === undefined) continue;
      this.#work(parted.item, (signal) => this.#part(parted, number, signal));
      return true;
    }
    const { queue } = this.#scope.parts;
    const item = queue.first("ready");
    if (!item) return false;
    if (item.size < SMALL && !item.replaces) this.#sendTogether(bundleOf(queue.in("ready"), limits.bundles), limits);
    else if (goesWhole(item, limits)) this.#sendAlone(item, (signal) => this.#whole(item, signal));
    else this.#sendAlone(item, (signal) => this.#begin(item, limits, signal));
    return true;
  }

  #work(item: Item, act: (signal: AbortSignal) => Promise<void>): void {
    this.#busy += 1;
    void this.#scope.guarded(item, act).finally(() => this.#freed());
  }

  #freed(): void {
    this.#busy -= 1;
    this.#scope.turn();
  }

  #sendAlone(item: Item, act: (signal: AbortSignal) => Promise<void>): void {
    const { queue, files } = this.#scope.parts;
    queue.move(item, "sending");
    this.#work(item, async (signal) => {
      if (item.replaces) {
        await files.remove(item.key, signal);
        [item.replaces, item.there] = [false, null];
      }
      await act(signal);
    });
  }

  async #whole(item: Item, signal: AbortSignal): Promise<void> {
    this.#received(item, await sendWhole(this.#scope.parts.files, item, signal));
  }

  async #begin(item: Item, limits: Limits, signal: AbortSignal): Promise<void> {
    const parted = new PartedFile(item, this.#scope.parts.files, this.#way);
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
    this.forget(parted.item);
    this.#received(parted.item, parted.item.there!);
  }

  #received(item: Item, there: RemoteFile): void {
    item.there = there;
    this.#scope.release(item);
    this.#scope.parts.queue.move(item, "checking");
  }

  #sendTogether(items: readonly Item[], limits: Limits): void {
    const { queue, files } = this.#scope.parts;
    for (const item of items) queue.move(item, "sending");
    this.#busy += 1;
    void sendBundle(files, items, limits.bundles.sha256, this.#scope.signal)
      .then((outcomes) => outcomes.forEach((outcome) => this.#settle(outcome)))
      .catch((error: unknown) => this.#refusedTogether(items, error))
      .finally(() => this.#freed());
  }

  #settle({ item, sha256, fault, reason }: Outcome): void {
    const { queue, words } = this.#scope.parts;
    if (item.state === "dropped" && sha256 && !item.there) return void this.#scope.removeBegun(item);
    if (item.state !== "sending") return;
    if (sha256) queue.move(item, "done");
    else queue.move(item, "failed", fault === "changed" ? words.changed : reason || words.broken);
  }

  // A bundle that is refused as a whole: all of its files have the reason.
  #refusedTogether(items: readonly Item[], error: unknown): void {
    if (error instanceof Stopped) return;
    if (!(error instanceof Refusal)) throw error;
    for (const item of items)
      if (item.state === "sending") this.#scope.parts.queue.move(item, "failed", this.#scope.reasonOf(error));
  }
}

// Whether a file goes in one request by itself; larger ones go in parts, and what was begun so goes on so.
function goesWhole(item: Item, limits: Limits): boolean {
  if (item.there?.transfer.type === "M" && !item.replaces) return false;
  return item.size < SMALL || (item.size <= WHOLE && !limits.parts.direct);
}
