// SHA-256 of files on this computer: of small ones by WebCrypto, of large ones in a worker, whose pieces need no memory.
import { Sha256 } from "./sha256_stream";
import { Stopped } from "./server_calls";

// The file is not what it was when it was chosen, or cannot be read any more.
export class ChangedFile extends Error {}

// Bytes that are digested in one piece.
const MOST_AT_ONCE = 16 << 20;

export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new ChangedFile();
  }
}

export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    const digest = new Sha256(); // a page without TLS, other than of this computer
    digest.update(bytes);
    return digest.hex();
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface Digests {
  of(file: File, signal: AbortSignal): Promise<string>;
}

interface Told {
  id: number;
  sha256?: string;
}

export class FileDigests implements Digests {
  readonly #address: string;
  #worker: Worker | null = null;
  #waiting = new Map<number, (told: Told) => void>();
  #last = 0;

  // `address` is that of the worker's script.
  constructor(address: string) {
    this.#address = address;
  }

  async of(file: File, signal: AbortSignal): Promise<string> {
    if (file.size <= MOST_AT_ONCE) return digestOf(await bytesOf(file));
    const id = ++this.#last;
    const told = await new Promise<Told>((take, fail) => {
      const stop = (): void => {
        this.#waiting.delete(id);
        this.#started().postMessage({ id });
        fail(new Stopped());
      };
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop, { once: true });
      this.#waiting.set(id, (told) => {
        signal.removeEventListener("abort", stop);
        take(told);
      });
      this.#started().postMessage({ id, file });
    });
    if (!told.sha256) throw new ChangedFile();
    return told.sha256;
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(trusted(this.#address), { type: "module" });
    worker.addEventListener("message", (event: MessageEvent<Told>) => {
      const take = this.#waiting.get(event.data.id);
      this.#waiting.delete(event.data.id);
      take?.(event.data);
    });
    return (this.#worker = worker);
  }
}

interface ScriptPolicy {
  createScriptURL(address: string): string;
}

// The page's policy takes only addresses of scripts that were looked at: ours is one of this site.
function trusted(address: string): string {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) throw new Error(`${url.origin} is another site`);
  const types = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): ScriptPolicy } }).trustedTypes;
  return types ? types.createPolicy("digests", { createScriptURL: () => url.href }).createScriptURL(url.href) : url.href;
}
