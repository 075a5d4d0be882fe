/** One part of a MIME document: what it is, and its text. */
export interface Part {
  readonly contentType: string;
  readonly content: string;
}

const BOUNDARY = "//";

/** https://cloudinit.readthedocs.io/en/latest/explanation/format.html#mime-multi-part-archive */
export function mimeDocument(parts: readonly Part[]): string {
  const lines = ["MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`, ""];
  for (const { contentType, content } of parts) {
    lines.push(`--${BOUNDARY}`, `Content-Type: ${contentType}`, "", content.replace(/\n$/, ""), "");
  }
  return [...lines, `--${BOUNDARY}--`, ""].join("\n");
}

export const isMime = (text: string): boolean => /^\s*(MIME-Version|Content-Type: *multipart)/i.test(text);

/** The parts of a document that a user wrote. Text without a boundary has none. */
export function mimeParts(document: string): readonly Part[] {
  const boundary = /boundary="?([^"\s;]+)"?/i.exec(document)?.[1];
  if (boundary === undefined) return [];
  const pieces = document.replaceAll("\r\n", "\n").split(`--${boundary}`).slice(1);
  const parts: Part[] = [];
  for (const piece of pieces) {
    if (piece.startsWith("--")) break;
    const [head = "", ...body] = piece.replace(/^\n/, "").split("\n\n");
    const contentType = /^content-type: *([^\n]+)/im.exec(head)?.[1]?.trim() ?? "text/x-shellscript";
    parts.push({ contentType, content: body.join("\n\n").replace(/\n+$/, "") });
  }
  return parts;
}
