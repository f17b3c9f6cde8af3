// Before the first byte: the server is asked what would become of the files that were found, some at a time.
import type { CheckedFile, Limits } from "./draft_files";
import type { RunScope } from "./run_scope";
import { Refusal, Stopped } from "./server_calls";
import type { Item } from "./upload_queue";

const NAMES_AT_ONCE = 500;

export class NameQuestions {
  readonly #scope: RunScope;
  isAsking = false;
  // How many names the server was asked about, of those that were found.
  asked = 0;
  // What a file and a bundle may be; known once anything was asked.
  limits: Limits | null = null;

  constructor(scope: RunScope) {
    this.#scope = scope;
  }

  async ask(): Promise<void> {
    const { queue, files } = this.#scope.parts;
    const { signal } = this.#scope;
    this.isAsking = true;
    try {
      this.limits ??= await files.limits();
      while (queue.in("found").size > 0 && !this.#scope.held && !signal.aborted) await this.#askSome(signal);
    } catch (error) {
      if (error instanceof Refusal) this.#scope.held = this.#scope.reasonOf(error);
      else if (!(error instanceof Stopped)) throw error;
    } finally {
      this.isAsking = false;
      this.#scope.turn();
    }
  }

  async #askSome(signal: AbortSignal): Promise<void> {
    const { files } = this.#scope.parts;
    const asked = this.#next();
    const told = await files.check(asked, this.#beside(new Set(asked)), signal);
    if (told.reason) {
      this.#scope.held = told.reason;
      return;
    }
    const answers = new Map(told.entries.map((answer) => [answer.key, answer]));
    for (const item of asked) if (item.state === "found") this.#sort(item, answers.get(item.key));
    this.asked += asked.length;
  }

  // The next files, behind those whose names stand in their way: the server says in its words what is wrong with two
  // spellings of one name.
  #next(): Item[] {
    const { queue } = this.#scope.parts;
    const items = new Set<Item>();
    for (const item of queue.in("found")) {
      items.add(item);
      const twin = queue.twinOf(item);
      if (twin && twin.state !== "dropped") items.add(twin);
      if (items.size >= NAMES_AT_ONCE) break;
    }
    return [...items].sort((one, other) => Number(other.state !== "found") - Number(one.state !== "found"));
  }

  // What will be sent beside the files that are asked about.
  #beside(asked: ReadonlySet<Item>): { files: number; bytes: number } {
    let [count, bytes] = [0, 0];
    for (const item of this.#scope.parts.queue.in("ready")) {
      if (item.there || asked.has(item)) continue;
      [count, bytes] = [count + 1, bytes + item.size];
    }
    return { files: count, bytes };
  }

  #sort(item: Item, answer: CheckedFile | undefined): void {
    const { queue, words } = this.#scope.parts;
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
}
