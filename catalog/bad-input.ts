/** What was given cannot be used. The message is one line that names what is wrong and what would be right. */
export class BadInput extends Error {
  override readonly name = "BadInput";
}
