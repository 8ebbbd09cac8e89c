// What every peer's script shares: the documents, the clock, the way its figures go out.
import { readFileSync } from "node:fs";

// {documents: [{id, text}], updates: [{id, text}]}, as bench/documents.py wrote them.
export const given = () => JSON.parse(readFileSync(process.argv[2], "utf8"));

export async function seconds(what) {
  const begun = process.hrtime.bigint();
  const result = await what();
  return [Number(process.hrtime.bigint() - begun) / 1e9, result];
}

export const tell = (found) => console.log(JSON.stringify(found));
