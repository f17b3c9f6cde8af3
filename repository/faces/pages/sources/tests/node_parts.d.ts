// What the tests use of Node, whose own declarations would be another package.
declare module "node:test" {
  export function test(name: string, run: () => void | Promise<void>): Promise<void>;
}
declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    rejects(act: Promise<unknown>, error?: unknown): Promise<void>;
  }
  const assert: Assert;
  export default assert;
}
declare module "node:crypto" {
  export function createHash(algorithm: string): { update(bytes: Uint8Array): { digest(form: "hex"): string } };
}
