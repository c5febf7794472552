/** Header fields of a reply, from the decoded fields of the mail it answers. */

const WIDTH = 76;

/** Splits an address list at commas outside quotes and angle brackets. */
export function addressesOf(field: string): string[] {
  const found: string[] = [];
  let current = '';
  let quoted = false;
  let angle = false;
  for (const char of field.replace(/\s+/g, ' ')) {
    if (char === '"') quoted = !quoted;
    if (char === '<' && !quoted) angle = true;
    if (char === '>') angle = false;
    if (char === ',' && !quoted && !angle) {
      found.push(current);
      current = '';
    } else current += char;
  }
  return [...found, current].map((address) => address.trim()).filter((address) => address !== '');
}

/** The bare address, lower case, to compare by. */
export const bareAddress = (address: string): string =>
  (/<([^<>]*)>\s*$/.exec(address)?.[1] ?? address).trim().toLowerCase();

/** `Name: value`, non-ASCII names as encoded words (RFC 2047), folded between addresses. '' for an empty list. */
export function addressField(name: string, addresses: readonly string[]): string {
  if (addresses.length === 0) return '';
  let out = `${name}:`;
  let width = out.length;
  addresses.forEach((address, index) => {
    const word = encodeName(address) + (index < addresses.length - 1 ? ',' : '');
    if (index > 0 && width + 1 + word.length > WIDTH) {
      out += '\n';
      width = 0;
    }
    out += ` ${word}`;
    width += 1 + word.length;
  });
  return out;
}

function encodeName(address: string): string {
  const named = /^(.*?)\s*(<[^<>]*>)$/.exec(address);
  const phrase = named?.[1] ?? '';
  const bare = named?.[2] ?? '';
  if (phrase === '' || isAscii(address)) return address;
  return `${encodedWords(phrase.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1'))} ${bare}`;
}

/** `Name: value` of free text, one line while it is ASCII, else as encoded words. Line breaks in the value become blanks. */
export function textField(name: string, value: string): string {
  const line = value.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  return isAscii(line) ? `${name}: ${line}` : `${name}: ${encodedWords(line)}`;
}

/** `Name: <id> <id>`, one id a line where there are several. */
export function idsField(name: string, ids: readonly string[]): string {
  return ids.length === 0 ? '' : `${name}: ${ids.map((id) => `<${id}>`).join('\n ')}`;
}

/** Message ids in a field's value, without their angle brackets. */
export const idsOf = (field: string): string[] => [...field.matchAll(/<([^<>\s]+)>/g)].map((match) => match[1] ?? '');

// biome's control-character rule aside: printable ASCII is space to tilde.
const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

/** RFC 2047 words of at most 75 characters, cut between code points. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let chunk = '';
  const flush = () => {
    if (chunk !== '') words.push(`=?UTF-8?B?${Buffer.from(chunk, 'utf8').toString('base64')}?=`);
    chunk = '';
  };
  for (const char of text) {
    if (Buffer.byteLength(chunk + char, 'utf8') > 45) flush();
    chunk += char;
  }
  flush();
  return words.join('\n ');
}
