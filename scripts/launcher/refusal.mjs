/** An error whose message is all that the person at the keyboard needs; its stack would only hide it. */
export const refusal = (message) => Object.assign(new Error(message), { name: "Refusal" });

/** Says on standard error why nothing goes on: the message of a refusal, the whole stack of anything else. */
export const explain = (error) =>
  console.error(`\n${error?.name === "Refusal" ? error.message : (error?.stack ?? error)}`);
