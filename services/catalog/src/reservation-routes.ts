import { type Currency, decodeCursor, ok, page, type Route, route, uuidPathId } from "@shop/platform";
import joi from "joi";
import type { CatalogStore } from "./catalog-store.ts";
import type { Command } from "./reservation.ts";
import {
  confirmBatchBody,
  confirmResultsSchema,
  holdBatchBody,
  holdBody,
  holdOf,
  holdResultsSchema,
  presentReservation,
  presentResults,
  reservationSchema,
  reservationsQuery,
} from "./reservation-schemas.ts";
import type { Reservations } from "./settle-reservations.ts";

const params = joi.object<{ order_id: string }>({ order_id: uuidPathId("reservation") });
const scope = "stock:reserve";
const refusalsOfHold = {
  409: ["price-changed", "insufficient-stock", "inactive-product", "reservation-conflict"],
  422: ["unknown-product"],
};

export function reservationRoutes(deps: {
  readonly store: CatalogStore;
  readonly reservations: Reservations;
  readonly unit: Currency;
}): Route[] {
  const { store, reservations, unit } = deps;
  const present = presentReservation(unit);

  /** `POST /reservations/{order_id}/confirm` and its like: repeatable, so that a caller may ask until it has an answer. */
  const transition = (
    type: "confirm" | "release" | "return",
    summary: string,
    problems: Readonly<Record<number, readonly string[]>>,
  ): Route =>
    route({
      method: "POST",
      path: `/reservations/:order_id/${type}`,
      operation: `${type}-reservation`,
      summary,
      scope,
      params,
      answers: { 200: reservationSchema },
      problems,
      handle: async ({ params: { order_id: orderId }, context }) => {
        const { reservation } = await reservations.settle({ type, orderId }, context.deadline);
        return ok(present(reservation));
      },
    });

  return [
    route({
      method: "GET",
      path: "/reservations",
      operation: "list-reservations",
      summary: "The reservations in the order of their order ids",
      scope,
      query: reservationsQuery,
      answers: { 200: joi.array().items(reservationSchema) },
      handle: async ({ query }) => {
        const [after = ""] = query.cursor ? decodeCursor(query.cursor, ["string"]) : [];
        const found = await store.reservations.list({
          ...(query.state ? { state: query.state } : {}),
          ...(query.older_than_s === undefined ? {} : { createdUntil: Date.now() - query.older_than_s * 1000 }),
          after: String(after),
          limit: query.limit + 1,
        });
        return page("/reservations", { ...query }, found, {
          position: (reservation) => [reservation.orderId],
          present,
        });
      },
    }),
    route({
      method: "POST",
      path: "/reservations",
      operation: "hold-stock-of-many",
      summary: "Holds the stock of up to 64 orders, each all or nothing, with one result each",
      scope,
      body: holdBatchBody(unit),
      answers: { 200: holdResultsSchema },
      handle: async ({ body, context }) => {
        const commands = body.reservations.map((each) => holdOf(each.order_id, each));
        const settled = await reservations.settleAll(commands, context.deadline);
        return ok(
          presentResults(commands, settled, ({ added, reservation }) => ({
            status: added ? 201 : 200,
            reservation: present(reservation),
          })),
        );
      },
    }),
    route({
      method: "POST",
      path: "/reservations/confirm",
      operation: "confirm-many-reservations",
      summary: "Takes the stock of up to 64 paid orders, with one result each",
      scope,
      body: confirmBatchBody,
      answers: { 200: confirmResultsSchema },
      handle: async ({ body, context }) => {
        const commands = body.order_ids.map((orderId): Command => ({ type: "confirm", orderId }));
        const settled = await reservations.settleAll(commands, context.deadline);
        return ok(presentResults(commands, settled, ({ reservation }) => ({ status: 200, state: reservation.state })));
      },
    }),
    route({
      method: "PUT",
      path: "/reservations/:order_id",
      operation: "hold-stock",
      summary: "Holds the stock of one order at the prices given, all or nothing; asked again, the hold is extended",
      scope,
      params,
      body: holdBody(unit),
      answers: { 200: reservationSchema, 201: reservationSchema },
      problems: refusalsOfHold,
      handle: async ({ params: { order_id: orderId }, body, context }) => {
        const { added, reservation } = await reservations.settle(holdOf(orderId, body), context.deadline);
        return { status: added ? 201 : 200, body: present(reservation) };
      },
    }),
    transition("confirm", "The order is paid: its stock leaves the house", {
      409: ["invalid-transition", "insufficient-stock"],
    }),
    transition("release", "The order is dead: its stock is free again, also if it was never held", {
      409: ["invalid-transition"],
    }),
    transition("return", "The order is refunded before it was sent: its stock is put back", {
      409: ["invalid-transition"],
    }),
  ];
}
