/**
 * Suggests a known name for an unknown one.
 */

/** The most typing mistakes in a name that still gets a suggestion. */
const MAX_SLIPS = 2;

/** Suggests the only name that begins with `name`, else the one that is the fewest typing mistakes away; '' if none is near. */
export function hint(
  name: string,
  names: readonly string[],
  write: (name: string) => string = (each) => each,
): string {
  const [longer, ...more] = names.filter((each) => name.length > 1 && each.startsWith(name));
  if (longer !== undefined && more.length === 0) return suggest(write(longer));
  const near = names.map((each) => ({ each, distance: distanceOf(name, each) }));
  const least = Math.min(...near.map(({ distance }) => distance));
  const nearest = near.find(({ distance }) => distance === least)?.each ?? '';
  return least <= Math.min(MAX_SLIPS, name.length / 3) ? suggest(write(nearest)) : '';
}

function suggest(name: string): string {
  return `; did you mean ${name}?`;
}

/** How many letters to insert, delete or replace to turn one word into the other (Levenshtein distance). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, its] of [...other].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === its ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
