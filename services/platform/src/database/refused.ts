/** The database may not or cannot be opened. The message is for the operator: it names the file and the way out. */
export class DatabaseRefused extends Error {
  override readonly name = "DatabaseRefused";
}
