/** What a person needs once the shop runs: the addresses, the key, and a first order from cart to payment. */
export function welcome({ services, apiKey, dataDir }, { windows = process.platform === "win32" } = {}) {
  const url = Object.fromEntries(services.map((service) => [service.name, service.url]));
  const shownKey = apiKey ?? (windows ? "%API_KEY%" : "$API_KEY");
  const key = `-H "X-API-Key: ${shownKey}"`;
  // cmd.exe knows no single quotes.
  const quote = (json) => (windows ? `"${json.replaceAll('"', '\\"')}"` : `'${json}'`);
  const line = quote('[{"product_id":1,"quantity":1,"price":999.99}]');
  const apis = services.filter(({ name }) => name !== "dashboard").sort((a, b) => a.port - b.port);
  return [
    "",
    "Shop is ready.",
    `  dashboard ${url.dashboard}   open it in a browser; it asks for the key`,
    ...apis.map((service) => `  ${service.name.padEnd(9)} ${service.url}   docs: ${service.url}/docs`),
    `  data      ${dataDir}`,
    apiKey
      ? `  key       ${apiKey} (development only)`
      : "  key       one of your own; the commands read it from API_KEY",
    "",
    "Or try it in another terminal. <id> is the id in the answer to the order:",
    `  curl -X POST "${url.cart}/cart/user1/add?product_id=1&quantity=2" ${key}`,
    `  curl -X GET "${url.cart}/cart/user1" ${key}`,
    `  curl -X DELETE "${url.cart}/cart/user1/clear" ${key}`,
    `  curl -X GET "${url.catalog}/products" ${key}`,
    `  curl -X POST "${url.order}/orders?user_id=user1" ${key} -H "Content-Type: application/json" -d ${line}`,
    `  curl -X GET "${url.order}/orders" ${key}`,
    `  curl -X GET "${url.order}/orders/<id>" ${key}`,
    `  curl -X POST "${url.payment}/pay?order_id=<id>&amount=999.99" ${key}`,
    `  curl ${url.cart}/health`,
    "",
    "Ctrl-C stops all of it; the data stays.",
    "",
  ].join("\n");
}
