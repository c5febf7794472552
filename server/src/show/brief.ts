/** Messages for places with room for a sentence; where the whole stands, front ends show it beside. */

/** Names that still read as a sentence. */
const NAMES = 3;

/**
 * The message with its walls taken down: of an array in braces the first element, of a long list of functions the first
 * few and how many more. A message without either is returned as it is.
 */
export function brief(message: string): string {
  return message
    .replaceAll(/\{ ([^{},]+)(, [^{}]+) \}/g, (_, first: string, more: string) => {
      const count = more.split(/, (?![^()]*\))/).length - 1;
      return `{ ${first}, ... ${count} more }`;
    })
    .replaceAll(/\w+\(\)(?:, \w+\(\)){3,}(?: and \w+\(\))?/g, (list) => {
      const names = list.split(/, | and /);
      return names.length <= NAMES + 1 ? list : `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more`;
    });
}
