import { type FakeAnswer, type FakePeer, type RecordedRequest, startFakePeer } from "@shop/platform/testing";

/** Small, so that tests meet more than one page. */
const pageSize = 2;

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly [member: string]: unknown;
}

export interface FakeCatalog extends FakePeer {
  /** What it keeps under each order; a test may put there what it likes. */
  readonly states: Map<string, string>;
  /** The orders whose holds are old enough for `GET /reservations?older_than_s=`. */
  readonly old: Set<string>;
  /** From now on every order is refused so; undefined: none is. */
  refuse(next: Refusal | undefined): void;
  /** Its own answer to a batch of holds, for a responder that adds to it. */
  hold(request: RecordedRequest): FakeAnswer;
}

/** A catalog that has everything in stock at every price, until it is told to refuse. */
export async function startFakeCatalog(): Promise<FakeCatalog> {
  const peer = await startFakePeer({ slowMs: 3000 });
  const states = new Map<string, string>();
  const old = new Set<string>();
  let refusal: Refusal | undefined;

  const settled = (order_id: string, state: string) => {
    states.set(order_id, state);
    return { order_id, state };
  };
  const answered = (order_id: string, whenWell: () => object) => {
    if (!refusal) return { order_id, status: 200, ...whenWell() };
    const { status, ...problem } = refusal;
    return { order_id, status, problem: { detail: "Refused by the test.", ...problem } };
  };

  const confirmed = (order_id: string) => {
    const state = states.get(order_id);
    if (state === undefined)
      return { order_id, status: 404, problem: { code: "not-found", detail: "There is no such reservation." } };
    if (state === "RELEASED" || state === "RETURNED")
      return { order_id, status: 409, problem: { code: "invalid-transition", detail: `It is ${state}.` } };
    return answered(order_id, () => settled(order_id, "CONFIRMED"));
  };

  const hold = ({ body }: RecordedRequest): FakeAnswer => {
    const { reservations } = body as { reservations: { order_id: string; items: { product_id: number }[] }[] };
    const results = reservations.map(({ order_id, items }) =>
      answered(order_id, () => ({
        reservation: {
          ...settled(order_id, "HELD"),
          lines: [...new Set(items.map(({ product_id }) => product_id))].map((product_id) => ({
            product_id,
            sku: `SKU-${product_id}`,
            name: `Product ${product_id}`,
            price: 1,
            currency: "USD",
            quantity: 1,
          })),
        },
      })),
    );
    return { body: { results } };
  };
  peer.on("POST", "/reservations", hold);
  peer.on("POST", "/reservations/confirm", ({ body }: RecordedRequest) => {
    const { order_ids } = body as { order_ids: string[] };
    return { body: { results: order_ids.map(confirmed) } };
  });
  const giveBack = (from: readonly (string | undefined)[], to: string) => (request: RecordedRequest) => {
    const { id = "" } = request.params;
    const state = states.get(id);
    if (from.includes(state) || state === to) return { body: settled(id, to) };
    return state === undefined
      ? { status: 404, body: { code: "not-found" } }
      : { status: 409, body: { code: "invalid-transition", state } };
  };
  peer.on("POST", "/reservations/:id/release", giveBack([undefined, "HELD", "EXPIRED"], "RELEASED"));
  peer.on("POST", "/reservations/:id/return", giveBack(["CONFIRMED"], "RETURNED"));
  peer.on("GET", "/reservations", ({ query: { state, cursor = "" } }) => {
    const found = [...states].filter(([id, each]) => old.has(id) && each === state && id > cursor);
    const ids = found.map(([id]) => id).sort();
    const shown = ids.slice(0, pageSize);
    const link = { link: `</reservations?state=${state}&cursor=${shown.at(-1)}>; rel="next"` };
    return { body: shown.map((order_id) => ({ order_id })), ...(ids.length > pageSize ? { headers: link } : {}) };
  });

  return {
    ...peer,
    states,
    old,
    hold,
    refuse(next) {
      refusal = next;
    },
  };
}
