export interface MimePart {
  readonly contentType: string;
  readonly content: string;
}

/**
 * The parts of a MIME multipart document, as cloud-init reads it; a document of another kind is one part without a
 * type.
 */
export function mimeParts(document: string): MimePart[] {
  const text = document.replaceAll("\r\n", "\n");
  const boundary = /^content-type:\s*multipart\/[^;]+;\s*boundary="?([^"\n]+)"?/im.exec(text)?.[1];
  if (boundary === undefined) return [{ contentType: "", content: text }];
  const [, ...pieces] = text.split(`--${boundary}`);
  return pieces.filter((piece) => !piece.startsWith("--")).map(partOf);
}

function partOf(piece: string): MimePart {
  const end = piece.search(/\n\n/);
  const headers = end < 0 ? "" : piece.slice(0, end);
  const contentType = /^content-type:\s*([^;\s]+)/im.exec(headers)?.[1]?.toLowerCase() ?? "";
  const body = end < 0 ? piece : piece.slice(end + 2);
  const encoded = /^content-transfer-encoding:\s*base64/im.test(headers);
  return { contentType, content: encoded ? Buffer.from(body, "base64").toString("utf8") : body };
}
