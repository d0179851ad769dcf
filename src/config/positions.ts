import { isMap, isScalar, isSeq } from "yaml";
import { readYaml } from "./document.ts";

/** The line of what a path of keys leads to in gate.yaml, or of the deepest part of it that is there. */
export function lineOf(bytes: Uint8Array, path: readonly PropertyKey[]): number | null {
  const yaml = readYaml(bytes);
  if (!yaml.ok) return null;
  let node: unknown = yaml.value.contents;
  let offset: number | null = null;
  for (const key of path) {
    const step = stepInto(node, key);
    if (step === null) break;
    node = step.node;
    offset = step.offset ?? offset;
  }
  return offset === null ? null : yaml.value.at(offset).line;
}

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
}

/** A key says where its value is: the value itself begins a line later where it is a map or a list. */
function stepInto(node: unknown, key: PropertyKey): Step | null {
  if (isMap(node)) {
    const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(key));
    if (pair === undefined) return null;
    return { node: pair.value, offset: isScalar(pair.key) ? pair.key.range?.[0] : undefined };
  }
  if (!isSeq(node)) return null;
  const item = node.items[Number(key)];
  return item === undefined ? null : { node: item, offset: rangeStart(item) };
}

function rangeStart(item: unknown): number | undefined {
  return isMap(item) || isSeq(item) || isScalar(item) ? item.range?.[0] : undefined;
}
