import { type FakeAnswer, type FakePeer, type RecordedRequest, startFakePeer } from "@shop/platform/testing";

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly [member: string]: unknown;
}

export interface FakeCatalog extends FakePeer {
  /** What it keeps under each order. */
  readonly states: ReadonlyMap<string, string>;
  /** From now on every order is refused so; undefined: none is. */
  refuse(next: Refusal | undefined): void;
  /** Its own answer to a batch of holds, for a responder that adds to it. */
  hold(request: RecordedRequest): FakeAnswer;
}

/** A catalog that has everything in stock at every price, until it is told to refuse. */
export async function startFakeCatalog(): Promise<FakeCatalog> {
  const peer = await startFakePeer();
  const states = new Map<string, string>();
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
    return { body: { results: order_ids.map((id) => answered(id, () => settled(id, "CONFIRMED"))) } };
  });
  peer.on("POST", "/reservations/:id/release", ({ params }) => ({ body: settled(params.id ?? "", "RELEASED") }));
  peer.on("POST", "/reservations/:id/return", ({ params }) => ({ body: settled(params.id ?? "", "RETURNED") }));

  return {
    ...peer,
    states,
    hold,
    refuse(next) {
      refusal = next;
    },
  };
}
