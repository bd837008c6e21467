import joi from "joi";
import { docsPage } from "./docs-page.ts";
import { openApi } from "./openapi.ts";
import { ok, route } from "./route.ts";
import { numericPathId, text } from "./schemas.ts";

const place = route({
  method: "POST",
  path: "/shelves/:shelf_id/things",
  operation: "add-thing",
  summary: "Put a <thing> on a shelf",
  scope: "things:write",
  params: joi.object<{ shelf_id: number }>({ shelf_id: numericPathId("shelf") }),
  query: joi.object<{ dry?: boolean }>({ dry: joi.boolean() }),
  body: joi.object<{ name: string }>({ name: text(20).required() }).required(),
  answers: { 201: joi.object({ id: joi.number().integer().required() }) },
  problems: { 409: ["shelf-full"] },
  handle: () => ok({}),
});
const document = openApi({ service: "test", version: "1.0.0", routes: [place] });

test("a route's schemas become its documentation", () => {
  expect(document.openapi).toBe("3.1.0");
  const operation = document.paths["/shelves/{shelf_id}/things"]?.post;
  expect(operation).toMatchObject({
    operationId: "add-thing",
    parameters: [
      { name: "shelf_id", in: "path", required: true, schema: { type: "integer" } },
      { name: "dry", in: "query", required: false, schema: { type: "boolean" } },
      { name: "Idempotency-Key", in: "header", required: false, schema: { type: "string" } },
    ],
    requestBody: {
      content: {
        "application/json": {
          schema: {
            properties: { name: { type: "string", maxLength: 20 } },
            required: ["name"],
            additionalProperties: false,
          },
        },
      },
    },
  });
  expect(Object.keys(operation?.responses ?? {})).toEqual([
    "201",
    "400",
    "401",
    "403",
    "404",
    "409",
    "413",
    "415",
    "422",
    "503",
  ]);
  expect(operation?.responses[409]?.description).toBe("`idempotency-in-flight`, `shelf-full`");
});

test("the page names the route and lets no text become markup", () => {
  const html = docsPage(document);
  expect(html).toContain("/shelves/{shelf_id}/things");
  expect(html).toContain("Put a &lt;thing&gt; on a shelf");
  expect(html).not.toMatch(/<script|https?:\/\/(?!json-schema)/);
});
