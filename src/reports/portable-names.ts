/** With `.puml` behind it still well below every limit, and two of them fit in a Windows path. */
const MAX_NAME_BYTES = 100;

/** More of a name than can be kept need not be looked at. */
const MAX_READ = 400;

/**
 * Whether git, Linux, macOS and Windows all take a name for a file or directory as it is: no reserved
 * character, no control or invisible one, no device, nothing that they would trim, shorten or compose.
 */
export function isPortableName(name: string): boolean {
  if (name === "" || Buffer.byteLength(name) > MAX_NAME_BYTES) return false;
  // \p{C}: controls, what HFS+ ignores, halves of characters, private and unassigned ones.
  if (/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]/u.test(name)) return false;
  // A leading dot hides a name, and git refuses .git in all its disguises; Windows trims trailing dots.
  if (/^[.\s]|[.\s]$/u.test(name)) return false;
  // git~1 and its kin: the short names that Windows makes, by which another file may be meant.
  if (/^[^.]{1,8}~\d+(?:\.|$)/.test(name)) return false;
  // macOS gives names back composed, and git then sees two.
  return !isDevice(name) && name.normalize("NFC") === name;
}

/** CON, nul.txt, COM1.anything: devices on Windows, in every directory and with any extension. */
function isDevice(name: string): boolean {
  return /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i.test(name);
}

/** Letters, digits, `_`, `-` and `.` of the name, then the suffix, then the name's extension if it has one. */
export function readableForm(name: string, suffix: string): string {
  const extension = /[^.](\.[A-Za-z0-9]{1,11})$/.exec(name)?.[1] ?? "";
  const readable = name
    .slice(0, Math.min(name.length - extension.length, MAX_READ))
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "-")
    .replace(/[-.]*-[-.]*/g, "-")
    .replace(/^[-.\p{M}]+|[-.]+$/gu, "");
  const room = MAX_NAME_BYTES - suffix.length - 1 - extension.length;
  const form = `${shortened(readable, room) || "unnamed"}-${suffix}${extension}`;
  // COM1.txt-1c9d4f2a would still be the device.
  return isDevice(form) ? form.replaceAll(".", "-") : form;
}

/** The first characters that fit in so many bytes of UTF-8, characters left whole. */
function shortened(text: string, bytes: number): string {
  let used = 0;
  let short = "";
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    short += character;
  }
  return short.replace(/[-.]+$/, "");
}
