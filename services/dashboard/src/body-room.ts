import type { IncomingMessage } from "node:http";
import { hasBody, overloaded, readBody } from "@shop/platform";

export interface BodyRoom {
  /**
   * The request's body whole, undefined where it has none, and `done` for when it is not needed any more. Throws 503
   * `overloaded` when there is no room for it, 408 at the deadline, 413 past the limit.
   */
  read(request: IncomingMessage, deadline: number): Promise<{ readonly body: Buffer | undefined; done(): void }>;
}

/** Room for so many bytes of bodies at once, none larger than `limit`: anyone may send some, before any key is looked at. */
export function createBodyRoom(bytes: number, limit: number): BodyRoom {
  let taken = 0;
  return {
    async read(request, deadline) {
      if (!hasBody(request)) return { body: undefined, done() {} };
      // What it says of its length, or, in chunks, the most that it may have.
      const share = Math.min(limit, Number(request.headers["content-length"] ?? limit));
      if (taken + share > bytes) throw overloaded("Too many requests with large bodies are under way.");
      taken += share;
      const done = () => {
        taken -= share;
      };
      try {
        return { body: await readBody(request, limit, deadline), done };
      } catch (error) {
        done();
        throw error;
      }
    },
  };
}
