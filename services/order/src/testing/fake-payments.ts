import { type FakePeer, startFakePeer } from "@shop/platform/testing";

/** Small, so that tests meet more than one page, and more than one run reads. */
const pageSize = 2;

export interface AskedRefund {
  readonly payment_id: string;
  readonly reason: string;
  readonly key: string | undefined;
}

export interface FakePayments extends FakePeer {
  /** The refunds that were asked for, oldest first, repetitions included. */
  readonly refunds: readonly AskedRefund[];
  /** What it lists, newest first, two a page; each as it goes over the wire. */
  payments: readonly { readonly id: string }[];
}

/** A payment service that refunds whatever it is asked to, and lists what a test says. */
export async function startFakePayments(): Promise<FakePayments> {
  const peer = await startFakePeer();
  const refunds: AskedRefund[] = [];
  const fake: FakePayments = { ...peer, refunds, payments: [] };
  peer.on("POST", "/payments/:id/refunds", ({ params, body, headers }) => {
    const { reason } = body as { reason: string };
    refunds.push({ payment_id: params.id ?? "", reason, key: headers["idempotency-key"] });
    return { status: 201, body: { status: "SUCCEEDED" } };
  });
  peer.on("GET", "/payments", ({ query: { cursor = "0" } }) => {
    const next = Number(cursor) + pageSize;
    const link = { link: `</payments?limit=${pageSize}&cursor=${next}>; rel="next"` };
    return {
      body: fake.payments.slice(Number(cursor), next),
      ...(fake.payments.length > next ? { headers: link } : {}),
    };
  });
  peer.on("GET", "/payments/:id", ({ params }) => {
    const found = fake.payments.find(({ id }) => id === params.id);
    return found ? { body: found } : { status: 404, body: { code: "not-found" } };
  });
  return fake;
}
