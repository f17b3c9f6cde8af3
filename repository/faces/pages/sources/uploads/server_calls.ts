// Requests to the server and to its store, each tried once; `patience` decides what is tried again.

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  body?: Blob | string;
  headers?: Readonly<Record<string, string>>;
  // Bytes that have left so far.
  progress?: (bytes: number) => void;
  signal?: AbortSignal;
}

// What came back; a status of 0 says that nothing did.
export interface Answer {
  status: number;
  body: unknown;
  // Seconds that the server wants us to wait.
  retryAfter: number | null;
}

export interface Problem {
  message?: string;
  code?: string;
  errors?: { field: string; messages: string[] }[];
  request_id?: string;
}

export class Stopped extends Error {}

// A refusal that the same request would meet again.
export class Refusal extends Error {
  readonly status: number;
  readonly problem: Problem;

  constructor(answer: Answer) {
    const problem = (answer.body ?? {}) as Problem;
    super(reasonOf(problem));
    this.status = answer.status;
    this.problem = problem;
  }

  get fields(): string[] {
    return (this.problem.errors ?? []).map((error) => error.field);
  }
}

export function reasonOf(problem: Problem): string {
  const messages = problem.errors?.flatMap((error) => error.messages) ?? [];
  return messages.join(" ") || problem.message || "";
}

export type Transport = (call: Call) => Promise<Answer>;

// XMLHttpRequest rather than fetch, for fetch does not tell how much of a body has left.
export const byBrowser: Transport = (call) =>
  new Promise((answer, fail) => {
    if (call.signal?.aborted) return fail(new Stopped());
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    call.signal?.addEventListener("abort", stop);
    request.open(call.method, call.url);
    for (const [name, value] of Object.entries(call.headers ?? {})) request.setRequestHeader(name, value);
    if (call.progress) request.upload.addEventListener("progress", (event) => call.progress?.(event.loaded));
    request.addEventListener("loadend", () => {
      call.signal?.removeEventListener("abort", stop);
      if (call.signal?.aborted) return fail(new Stopped());
      const retry = request.status === 0 ? null : request.getResponseHeader("Retry-After");
      answer({ status: request.status, body: jsonOf(request.responseText), retryAfter: secondsOf(retry, Date.now()) });
    });
    request.send(call.body ?? null);
  });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // of a store, a proxy, or a reply that broke off
  }
}

// Seconds of a Retry-After, which is a number or a date (RFC 9110, section 10.2.3).
export function secondsOf(text: string | null, now: number): number | null {
  if (!text) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}
