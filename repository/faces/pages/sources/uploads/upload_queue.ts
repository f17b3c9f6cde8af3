// What was chosen, by what has become of it.  Numbers and bytes are added up as files move, never anew from all of them.
import { keyOf } from "./chosen_names";

// found: its name is not looked at yet · comparing: the draft has a file of this name and size · ready: new ·
// checking: sent, and not compared yet · done · same: it was there · clash: the draft has another file of this name ·
// refused: it cannot be sent · failed: that was tried · dropped: the person does not want it any more
export const STATES = [
  "found", "comparing", "ready", "sending", "checking", "done", "same", "clash", "refused", "failed", "dropped",
] as const;
export type State = (typeof STATES)[number];

export interface Item {
  readonly key: string;
  readonly file: File;
  readonly size: number;
  state: State;
  // Why it was refused, failed or is in the way, as a sentence.
  reason: string;
  // Bytes that are on the server, or on their way to it now.
  sent: number;
  // What the draft has under this name, to go on with or to replace.
  there: RemoteFile | null;
  replaces: boolean;
  sha256: string | null;
}

// The description of a draft's file, as far as it matters here.
export interface RemoteFile {
  key: string;
  status: "pending" | "completed" | "failed";
  size?: number | null;
  checksums?: { sha256: string };
  transfer: { type: string; part_size?: number; error?: string; received?: { part: number; size: number }[] };
  links: { self: string; parts?: { part: number; url: string }[] };
}

export class UploadQueue {
  readonly #items = new Map<string, Item>();
  readonly #spellings = new Map<string, string>();
  readonly #states = new Map<State, Set<Item>>(STATES.map((state) => [state, new Set()]));
  readonly #bytes = new Map<State, number>(STATES.map((state) => [state, 0]));
  // Called after every move, with the item.
  moved: (item: Item) => void = () => undefined;

  // Take in a file; one that is in the list already begins anew, unless it is being sent just now.
  add(path: string, file: File): Item | null {
    const normal = path.normalize("NFC");
    const key = keyOf(path, (key) => this.#spellings.get(key));
    if (!this.#spellings.has(normal)) this.#spellings.set(normal, path);
    const before = this.#items.get(key);
    if (before && (before.state === "sending" || before.state === "checking")) return null;
    if (before) this.#forget(before);
    const item: Item = {
      key, file, size: file.size, state: "found", reason: "", sent: 0, there: null, replaces: false, sha256: null,
    };
    this.#items.set(key, item);
    this.#states.get("found")!.add(item);
    this.#count("found", item.size);
    this.moved(item);
    return item;
  }

  move(item: Item, state: State, reason = ""): void {
    if (this.#items.get(item.key) !== item) return;
    this.#states.get(item.state)!.delete(item);
    this.#count(item.state, -item.size);
    item.state = state;
    item.reason = reason;
    if (state === "done" || state === "same" || state === "checking") item.sent = item.size;
    else if (state !== "sending") item.sent = 0;
    this.#states.get(state)!.add(item);
    this.#count(state, item.size);
    this.moved(item);
  }

  // Take the spelling of `key` that was chosen first, which stands in its way.
  twinOf(item: Item): Item | undefined {
    const first = this.#spellings.get(item.key.normalize("NFC"));
    const twin = first === undefined ? undefined : this.#items.get(first.normalize("NFC"));
    return twin === item ? undefined : twin;
  }

  in(state: State): ReadonlySet<Item> {
    return this.#states.get(state)!;
  }

  first(state: State): Item | undefined {
    return this.#states.get(state)!.values().next().value;
  }

  bytes(...states: readonly State[]): number {
    return states.reduce((sum, state) => sum + this.#bytes.get(state)!, 0);
  }

  count(...states: readonly State[]): number {
    return states.reduce((sum, state) => sum + this.#states.get(state)!.size, 0);
  }

  // All that is to be in the draft in the end.
  get wanted(): number {
    return this.#items.size - this.count("dropped");
  }

  // Bytes of what is to be in the draft in the end.
  get wantedBytes(): number {
    return this.bytes(...STATES) - this.bytes("dropped");
  }

  // Bytes that are there: of whole files, and of those under way.
  get storedBytes(): number {
    let moving = 0;
    for (const item of this.in("sending")) moving += item.sent;
    return this.bytes("done", "same", "checking") + moving;
  }

  #forget(item: Item): void {
    this.#states.get(item.state)!.delete(item);
    this.#count(item.state, -item.size);
    this.#items.delete(item.key);
  }

  #count(state: State, size: number): void {
    this.#bytes.set(state, this.#bytes.get(state)! + size);
  }
}
