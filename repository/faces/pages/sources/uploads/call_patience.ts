// What fails for now is tried again, for as long as the page is open: the line, a server that starts anew, a full store,
// a session that is over.  All requests wait together, so that a server in trouble is asked seldom.
import { Refusal, Stopped, type Answer, type Call, type Transport } from "./server_calls";

export type Trouble = "offline" | "silent" | "busy" | "away" | "full" | "signed_out";

export interface Surroundings {
  transport: Transport;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  isOnline: () => boolean;
}

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
const BETWEEN_SESSIONS = 3000;
const MOST_BREAKDOWNS = 5;
// Of one request while all else goes through; on a bad line a large part may well need some.
const MOST_ALONE = 20;
const CROSSED = 409;
const TROUBLE: Readonly<Record<number, Trouble>> = {
  0: "silent", 408: "silent", 423: "busy", 425: "busy", 429: "busy", 502: "away", 503: "away", 504: "away", 507: "full",
};

export class Patience {
  readonly #around: Surroundings;
  #token: string;
  #attempt = 0;
  #successes = 0;
  #pause: Promise<void> | null = null;
  #wake = new AbortController();
  #session: Promise<boolean> | null = null;
  // What is wrong right now, and when it is tried again (milliseconds from now); null when a request went through.
  troubled: (trouble: Trouble | null, pause: number) => void = () => undefined;

  constructor(around: Surroundings, token: string) {
    this.#around = around;
    this.#token = token;
  }

  // Return the answer of the server, once there is one; throw `Refusal` for one that stays.
  async ask(call: Call): Promise<Answer> {
    for (const tries = { breakdowns: 0, alone: 0, successes: this.#successes }; ; ) {
      await this.#waited(call.signal);
      const token = this.#token;
      const answer = await this.#around.transport({ ...call, headers: { ...call.headers, "X-CSRF-Token": token } });
      if (answer.status >= 200 && answer.status < 300) return this.#well(answer);
      const trouble = this.#troubleOf(answer, tries);
      if (trouble) this.#later(trouble, answer.retryAfter, call.signal);
      else if (!(await this.#isAskedAgain(answer, token, call.signal))) throw new Refusal(answer);
    }
  }

  // As `ask`, and again when another request was faster.
  async askCrossed(call: Call, times = 5): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask(call);
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== CROSSED || attempt >= times) throw error;
        await this.#around.sleep(this.#length(attempt) / 4, call.signal ?? this.#wake.signal);
      }
    }
  }

  // One request to another origin: a store in trouble is the server's matter, which is asked then.
  async tryElsewhere(call: Call): Promise<Answer> {
    await this.#waited(call.signal);
    return this.#around.transport(call);
  }

  // The line is back, or somebody wants to try at once.
  wake(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  #well(answer: Answer): Answer {
    this.#attempt = 0;
    this.#successes += 1;
    this.troubled(null, 0);
    return answer;
  }

  // Why an answer is worth another try; null if it is none.  What breaks again and again while all else goes through,
  // as a body that the server does not read to its end, is no trouble of the line.
  #troubleOf(answer: Answer, tries: { breakdowns: number; alone: number; successes: number }): Trouble | null {
    if (answer.status === 500) return ++tries.breakdowns < MOST_BREAKDOWNS ? "away" : null;
    if (answer.status === 0 && this.#successes > tries.successes) {
      tries.successes = this.#successes;
      if (++tries.alone >= MOST_ALONE) return null;
    }
    return TROUBLE[answer.status] ?? null;
  }

  #length(attempt: number): number {
    return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.75 + 0.5 * this.#around.random());
  }

  // Let everybody wait; a second request that failed meanwhile joins the pause.
  #later(trouble: Trouble, retryAfter: number | null, signal: AbortSignal | undefined): void {
    if (this.#pause || signal?.aborted) return;
    this.#attempt += 1;
    const wanted = retryAfter === null ? 0 : retryAfter * 1000 * (1 + 0.25 * this.#around.random());
    const pause = retryAfter === null ? this.#length(this.#attempt) : wanted;
    this.troubled(trouble === "silent" && !this.#around.isOnline() ? "offline" : trouble, pause);
    this.#pause = this.#around.sleep(pause, this.#wake.signal).finally(() => (this.#pause = null));
  }

  async #waited(signal: AbortSignal | undefined): Promise<void> {
    while (this.#pause) await this.#pause;
    if (signal?.aborted) throw new Stopped();
  }

  // Whether a refusal came of a session that is over: then this waits for the next one, from whichever tab.
  async #isAskedAgain(answer: Answer, token: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (answer.status !== 401 && answer.status !== 403) return false;
    if (token !== this.#token) return true;
    this.#session ??= this.#nextSession().finally(() => (this.#session = null));
    const isNew = await Promise.race([this.#session, aborted(signal)]);
    if (signal?.aborted) throw new Stopped();
    return isNew;
  }

  // True for a session with another token than ours; false if ours goes on, and so was not the reason.
  async #nextSession(): Promise<boolean> {
    for (let isFirst = true; ; isFirst = false) {
      const reply = await this.#around.transport({ method: "GET", url: "/api/session" });
      const token = (reply.body as { csrf_token?: string } | null)?.csrf_token;
      if (reply.status === 200 && token) {
        const isOther = token !== this.#token;
        this.#token = token;
        if (!isFirst) this.troubled(null, 0);
        return isOther || !isFirst;
      }
      this.troubled(TROUBLE[reply.status] ?? "signed_out", BETWEEN_SESSIONS);
      await this.#around.sleep(BETWEEN_SESSIONS, this.#wake.signal);
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((go) => signal?.addEventListener("abort", () => go(false), { once: true }));
}

// Wait, shorter if the signal comes.
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((go) => {
    if (signal.aborted) return go();
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      go();
    }
  });
}
