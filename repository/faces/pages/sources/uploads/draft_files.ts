// The files of one draft over the API, in the words of docs/uploads.md.
import type { Patience } from "./call_patience";
import { inAddress } from "./chosen_names";
import { Refusal, type Answer } from "./server_calls";
import type { RemoteFile } from "./upload_queue";

export interface Limits {
  parts: { most: number; min_bytes: number; max_bytes: number; direct: boolean };
  bundles: { files: number; bytes: number; sha256: string };
}

export interface CheckedFile {
  key: string;
  status: "new" | "there" | "refused";
  reason?: string;
  file?: RemoteFile;
}

// What would become of files; `reason` says why they cannot be taken all together.
export interface Checked {
  entries: CheckedFile[];
  reason?: string;
}

export interface BundledFile {
  key: string;
  status: "stored" | "same" | "refused";
  reason?: string;
  checksums: { sha256: string };
}

export interface Sending {
  progress?: (bytes: number) => void;
  signal: AbortSignal;
}

const JSON_TYPE = { "Content-Type": "application/json", Accept: "application/json" };
const BYTES = "application/octet-stream";

export class DraftFiles {
  readonly #patience: Patience;
  readonly #address: string;
  readonly #language: Readonly<Record<string, string>>;

  // `address` is that of the list of files, `language` that of reasons.
  constructor(patience: Patience, address: string, language: string) {
    this.#patience = patience;
    this.#address = address;
    this.#language = { "Accept-Language": language };
  }

  async limits(): Promise<Limits> {
    return (await this.#patience.ask({ method: "GET", url: "/api/limits" })).body as Limits;
  }

  // What would become of files; `beside` are those that will be sent too.
  async check(
    files: readonly { key: string; size: number }[], beside: { files: number; bytes: number }, signal: AbortSignal,
  ): Promise<Checked> {
    const body = JSON.stringify({ files: files.map(({ key, size }) => ({ key, size })), beside });
    const answer = await this.#ask("POST", `${this.#address}-check`, { body, signal, headers: JSON_TYPE });
    return answer.body as Checked;
  }

  async sendBundle(body: Blob, { progress, signal }: Sending): Promise<BundledFile[]> {
    const headers = { ...this.#language, "Content-Type": "application/x-tar" };
    const url = `${this.#address}-bundle`;
    const answer = await this.#patience.askCrossed({ method: "POST", url, body, headers, progress, signal });
    return (answer.body as { entries: BundledFile[] }).entries;
  }

  // Send a whole file; one that was named before is complete only after `commit`.
  async sendWhole(key: string, body: Blob, sha256: string, { progress, signal }: Sending): Promise<Answer> {
    const headers = { ...this.#language, "Content-Type": BYTES, "Content-Digest": digestHeader(sha256) };
    const url = `${this.#url(key)}/content`;
    return this.#patience.askCrossed({ method: "PUT", url, body, headers, progress, signal });
  }

  async nameInParts(key: string, size: number, partSize: number, signal: AbortSignal): Promise<RemoteFile> {
    const body = JSON.stringify([{ key, size, transfer: { type: "M", part_size: partSize } }]);
    const answer = await this.#ask("POST", this.#address, { body, signal, headers: JSON_TYPE });
    const named = (answer.body as { entries: RemoteFile[] }).entries.find((entry) => entry.key === key);
    return named ?? this.describe(key, signal);
  }

  // What the server has of a file now, with fresh addresses for parts that are not there.
  async describe(key: string, signal: AbortSignal): Promise<RemoteFile> {
    return (await this.#ask("GET", this.#url(key), { signal })).body as RemoteFile;
  }

  async sendPart(key: string, number: number, body: Blob, sha256: string, { progress, signal }: Sending): Promise<void> {
    const headers = { ...this.#language, "Content-Type": BYTES, "Content-Digest": digestHeader(sha256) };
    const url = `${this.#url(key)}/content/${number}`;
    await this.#patience.ask({ method: "PUT", url, body, headers, progress, signal });
  }

  // Send a part straight to the store, once; return whether the store has taken it.
  async sendToStore(url: string, body: Blob, { progress, signal }: Sending): Promise<Answer> {
    return this.#patience.tryElsewhere({ method: "PUT", url, body, progress, signal });
  }

  async commit(key: string, signal: AbortSignal): Promise<RemoteFile> {
    const call = { method: "POST", url: `${this.#url(key)}/commit`, signal, headers: this.#language } as const;
    return (await this.#patience.askCrossed(call)).body as RemoteFile;
  }

  // Take a file out of the draft; one that is gone already is as good.
  async remove(key: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#ask("DELETE", this.#url(key), { signal });
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 404) throw error;
    }
  }

  #url(key: string): string {
    return `${this.#address}/${inAddress(key)}`;
  }

  #ask(
    method: "GET" | "POST" | "DELETE",
    url: string,
    { body, signal, headers }: { body?: string; signal: AbortSignal; headers?: Readonly<Record<string, string>> },
  ): Promise<Answer> {
    return this.#patience.askCrossed({ method, url, body, signal, headers: { ...this.#language, ...headers } });
  }
}

// RFC 9530 has the digest in base64.
function digestHeader(sha256: string): string {
  const bytes = sha256.match(/../g)!.map((pair) => String.fromCharCode(parseInt(pair, 16)));
  return `sha-256=:${btoa(bytes.join(""))}:`;
}
