// A worker that reads large files piece by piece and tells their SHA-256; a message without a file stops one.
import { Sha256 } from "./uploads/sha256_stream";

const PIECE = 4 << 20;
const stopped = new Set<number>();
let last: Promise<void> = Promise.resolve();

addEventListener("message", (event: MessageEvent<{ id: number; file?: File }>) => {
  const { id, file } = event.data;
  if (!file) stopped.add(id);
  else last = last.then(() => tell(id, file));
});

async function tell(id: number, file: File): Promise<void> {
  const digest = new Sha256();
  try {
    for (let at = 0; at < file.size; at += PIECE) {
      if (stopped.delete(id)) return;
      digest.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    }
    postMessage({ id, sha256: digest.hex() });
  } catch {
    postMessage({ id }); // it cannot be read: whoever asked says so
  }
}
