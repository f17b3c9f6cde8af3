// Files that go in one request: small ones together, others each by itself.
import type { BundledFile, DraftFiles, Limits } from "./draft_files";
import { bytesOf, ChangedFile, digestOf } from "./file_digests";
import { MOST_AROUND_A_FILE, tarOf, type BundledBytes } from "./tar_bundle";
import type { Item, RemoteFile } from "./upload_queue";

// Bytes from which on a file goes by itself.
export const SMALL = 1 << 20;
const MOST_BYTES = 8 << 20;

// The next files of `ready` that fit in one bundle, from the first small one on.
export function bundleOf(ready: Iterable<Item>, limits: Limits["bundles"]): Item[] {
  const items: Item[] = [];
  let size = 0;
  for (const item of ready) {
    if (item.size >= SMALL || item.replaces) continue;
    size += item.size + MOST_AROUND_A_FILE;
    if (items.length > 0 && size > Math.min(limits.bytes, MOST_BYTES)) break;
    items.push(item);
    if (items.length === limits.files) break;
  }
  return items;
}

// What became of a file that was sent: its digest here, or why it was not taken.
export interface Outcome {
  item: Item;
  sha256?: string;
  fault?: "changed" | "digest";
  reason?: string;
}

export async function sendBundle(
  files: DraftFiles, items: readonly Item[], keyword: string, signal: AbortSignal,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const sound: { item: Item; bytes: BundledBytes }[] = [];
  for (const item of items) {
    const content = await contentOf(item);
    if (content) sound.push({ item, bytes: { key: item.key, content, sha256: await digestOf(content) } });
    else outcomes.push({ item, fault: "changed" });
  }
  if (sound.length === 0) return outcomes;
  const body = tarOf(sound.map(({ bytes }) => bytes), keyword);
  const progress = (moved: number): void => {
    for (const { item } of sound) item.sent = Math.floor(item.size * Math.min(1, moved / body.size));
  };
  const told = new Map((await files.sendBundle(body, { progress, signal })).map((entry) => [entry.key, entry]));
  for (const { item, bytes } of sound) outcomes.push(outcomeOf(item, bytes.sha256, told.get(item.key)));
  return outcomes;
}

function outcomeOf(item: Item, sha256: string, told: BundledFile | undefined): Outcome {
  if (!told || told.status === "refused") return { item, reason: told?.reason ?? "" };
  return told.checksums.sha256 === sha256 ? { item, sha256 } : { item, fault: "digest" };
}

async function contentOf(item: Item): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const content = await bytesOf(item.file);
    return content.length === item.size ? content : null;
  } catch (error) {
    if (error instanceof ChangedFile) return null;
    throw error;
  }
}

// Send one file whole; return what the draft has then.
export async function sendWhole(files: DraftFiles, item: Item, signal: AbortSignal): Promise<RemoteFile> {
  const content = await contentOf(item);
  if (!content) throw new ChangedFile();
  item.sha256 = await digestOf(content);
  const progress = (moved: number): void => {
    item.sent = Math.min(moved, item.size);
  };
  const answer = await files.sendWhole(item.key, new Blob([content]), item.sha256, { progress, signal });
  return answer.status === 201 ? (answer.body as RemoteFile) : files.commit(item.key, signal);
}
