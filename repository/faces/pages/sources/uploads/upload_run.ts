// One choice of files from the first name to the last digest: asked about, sent over four connections, compared.
//
// Every file begins as "found" and is asked about before it is sent, also after a pause, a failure or a reload: so what
// another tab, machine or day has sent is never sent again, and nothing here has to be remembered.
import { Connections } from "./connections";
import { DigestChecks } from "./digest_checks";
import { NameQuestions } from "./name_questions";
import { RunScope, type RunParts } from "./run_scope";
import type { Item, UploadQueue } from "./upload_queue";

export class UploadRun {
  readonly #queue: UploadQueue;
  readonly #scope: RunScope;
  readonly #questions: NameQuestions;
  readonly #connections: Connections;
  readonly #checks: DigestChecks;
  isPaused = true;
  // More files are being found: what is known already is not all, so nothing is sent yet.
  isWalking = false;
  changed: () => void = () => undefined;

  constructor(parts: RunParts) {
    this.#queue = parts.queue;
    this.#scope = new RunScope(parts);
    this.#questions = new NameQuestions(this.#scope);
    this.#connections = new Connections(this.#scope);
    this.#checks = new DigestChecks(this.#scope);
    this.#scope.turn = () => this.turn();
    this.#scope.lost = (item) => this.#connections.forget(item);
  }

  // Why none of the files can be sent, in the server's words; empty if they can.
  get held(): string {
    return this.#scope.held;
  }

  // Whether somebody would lose by leaving the page.
  get isSending(): boolean {
    return !this.isPaused && !this.held && this.#queue.count("found", "ready", "sending") > 0;
  }

  // Whether everything has come to an end, good or bad.
  get isIdle(): boolean {
    const left = this.#queue.count("found", "comparing", "ready", "sending", "checking");
    const isBusy = this.#questions.isAsking || this.#connections.isBusy || this.#checks.isBusy;
    return !this.isWalking && left === 0 && !isBusy;
  }

  // How many names the server was asked about, of those that were found.
  get asked(): number {
    return this.#questions.asked;
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#scope.held = "";
    this.#scope.restart();
    this.turn();
  }

  // Stop at once; what is on its way is asked about again afterwards.
  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#scope.stop();
    this.#connections.forgetAll();
    for (const state of ["sending", "ready", "comparing", "checking"] as const)
      for (const item of [...this.#queue.in(state)]) this.#scope.again(item);
    this.changed();
  }

  // Take a file out of the list, and what was begun of it out of the draft.
  drop(item: Item): void {
    const wasBegun = item.there?.status === "pending" && !item.replaces;
    this.#queue.move(item, "dropped");
    this.#scope.cancel(item);
    if (this.held) this.retry([]);
    this.turn();
    if (wasBegun) void this.#scope.removeBegun(item);
  }

  // Ask about the files anew, and, if all were held, about all.
  retry(items: Iterable<Item>): void {
    for (const item of [...items]) this.#scope.again(item);
    this.#scope.held = "";
    this.turn();
  }

  // Send the file in place of the one that the draft has.
  replace(items: Iterable<Item>): void {
    for (const item of [...items]) {
      item.replaces = true;
      this.#queue.move(item, "ready");
    }
    this.turn();
  }

  // Do whatever can be done now.
  turn(): void {
    this.changed();
    if (this.isPaused) return;
    const { isAsking, limits } = this.#questions;
    const isFound = this.#queue.in("found").size > 0;
    if (!isAsking && !this.held && isFound) void this.#questions.ask();
    this.#checks.fill();
    if (this.isWalking || isAsking || this.held || isFound || !limits) return;
    this.#connections.fill(limits);
  }
}
