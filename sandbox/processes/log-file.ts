import { open } from "node:fs/promises";

const TAIL_BYTES = 16_384;

/** The last lines of a file, read from its end only; none when there is no such file. */
export async function lastLines(path: string, count = 15): Promise<string[]> {
  const file = await open(path, "a+");
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-count);
  } finally {
    await file.close();
  }
}
