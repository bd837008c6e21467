// Loaded into each service by the launcher (`node --import`), never in production. The channel to the launcher closes when
// the launcher is gone, even by SIGKILL, or asks for the stop where there are no signals (Windows): then this process stops
// as it would on SIGTERM. A process that does not listen for SIGTERM has nothing to finish.
process.once("disconnect", () => {
  if (!process.emit("SIGTERM", "SIGTERM")) process.exit(143);
});
// Listening must not keep a process alive that is otherwise done.
process.channel?.unref();
