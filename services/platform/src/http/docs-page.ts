import type { OpenApiDocument, Operation } from "./openapi.ts";

/** The documentation as one plain page: no script, no other host, readable in any browser. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method.toUpperCase(), path, operation)),
  );
  const title = escapeHtml(document.info.title);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${style}</style></head>
<body><h1>${title} <small>${escapeHtml(document.info.version)}</small></h1>
<p>Every call needs the header <code>X-API-Key</code>. The same in a machine's words: <a href="/openapi.json">openapi.json</a>.</p>
${operations.join("\n")}
</body></html>`;
}

function section(method: string, path: string, operation: Operation): string {
  const parameters = operation.parameters.map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code>${parameter.required ? " *" : ""}</td><td>${parameter.in}</td><td><code>${escapeHtml(JSON.stringify(parameter.schema))}</code></td></tr>`,
  );
  const answers = Object.entries(operation.responses).map(([status, answer]) => {
    const schema = Object.entries(answer.content ?? {}).find(([type]) => type === "application/json")?.[1].schema;
    return `<dt>${status}</dt><dd>${escapeHtml(answer.description)}${schema ? pre(schema) : ""}</dd>`;
  });
  const body = operation.requestBody?.content["application/json"]?.schema;
  return `<details id="${escapeHtml(operation.operationId)}"><summary><b>${method}</b> <code>${escapeHtml(path)}</code> ${escapeHtml(operation.summary)}</summary>
<p>${escapeHtml(String(operation.description))}</p>
${parameters.length ? `<table>${parameters.join("")}</table>` : ""}${body ? `<h3>Body</h3>${pre(body)}` : ""}
<h3>Answers</h3><dl>${answers.join("")}</dl></details>`;
}

const pre = (value: unknown): string => `<pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre>`;

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
details{border-bottom:1px solid #8886;padding:.5rem 0}summary{cursor:pointer}td{padding:.2rem 1rem .2rem 0;vertical-align:top}
pre{overflow:auto;background:#8881;padding:.5rem}dt{font-weight:bold}`;
