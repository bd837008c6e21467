import type { PeerAnswer } from "@shop/platform";

/** Where a peer's next page begins, as its `Link` header says; undefined when this was the last one. */
export const nextCursor = ({ headers }: Pick<PeerAnswer, "headers">): string | undefined =>
  /[?&]cursor=([A-Za-z0-9_-]+)/.exec(headers.link ?? "")?.[1];
