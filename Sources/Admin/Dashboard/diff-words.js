// What changed between two texts, by word, at a bounded cost: a megabyte on both sides takes about a second at most.

const words = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}\p{M}_]+|\s+|./gsu;
const shortEnough = 2000;
const mostEdits = 600;
const mostSteps = 8_000_000;
const longestAnchor = 32;
const mostShift = 100;

/**
 * Runs of `{ kind: "same" | "removed" | "added", text }`, in order: without the added ones they are `before`, without
 * the removed ones `after`. Where the texts have so little in common that matching words would cost too much, a run is
 * removed and added as a whole.
 */
export function diffWords(before, after) {
  if (before === after) return before === "" ? [] : [{ kind: "same", text: before }];
  const texts = [before.match(words) ?? [], after.match(words) ?? []];
  const numbers = new Map();
  const [old, fresh] = texts.map((tokens) => Int32Array.from(tokens, (token) => {
    if (!numbers.has(token)) numbers.set(token, numbers.size);
    return numbers.get(token);
  }));
  const matches = [];
  const budget = { steps: mostSteps };
  match(old, fresh, 0, old.length, 0, fresh.length, matches, budget);
  return runs(texts, settled(texts, telling(texts, matches)));
}

/** Adds `[start in old, start in fresh, length]` of what both have, in order. */
function match(old, fresh, oldStart, oldEnd, freshStart, freshEnd, matches, budget) {
  let start = 0;
  while (oldStart + start < oldEnd && freshStart + start < freshEnd
    && old[oldStart + start] === fresh[freshStart + start]) start += 1;
  if (start > 0) matches.push([oldStart, freshStart, start]);
  oldStart += start;
  freshStart += start;
  let end = 0;
  while (oldEnd - end > oldStart && freshEnd - end > freshStart
    && old[oldEnd - end - 1] === fresh[freshEnd - end - 1]) end += 1;
  oldEnd -= end;
  freshEnd -= end;
  if (oldStart < oldEnd && freshStart < freshEnd) {
    const anchors = oldEnd - oldStart + freshEnd - freshStart > shortEnough
      ? common(old, fresh, oldStart, oldEnd, freshStart, freshEnd, budget) : [];
    if (anchors.length > 0) {
      for (const [oldAt, freshAt] of [...anchors, [oldEnd, freshEnd]]) {
        if (oldAt < oldStart || freshAt < freshStart) continue;
        match(old, fresh, oldStart, oldAt, freshStart, freshAt, matches, budget);
        oldStart = oldAt;
        freshStart = freshAt;
      }
    } else {
      shortest(old.subarray(oldStart, oldEnd), fresh.subarray(freshStart, freshEnd), budget)
        .forEach(([oldAt, freshAt, length]) => matches.push([oldStart + oldAt, freshStart + freshAt, length]));
    }
  }
  if (end > 0) matches.push([oldEnd, freshEnd, end]);
}

/**
 * What stands once on each side, as much of it as is in the same order: what a reader would line the texts up by. Words
 * first; where no word is so rare, two words, four and so on.
 */
function common(old, fresh, oldStart, oldEnd, freshStart, freshEnd, budget) {
  let parts = [old.subarray(oldStart, oldEnd), fresh.subarray(freshStart, freshEnd)];
  for (let length = 1; length <= longestAnchor; length *= 2) {
    budget.steps -= parts[0].length + parts[1].length;
    if (budget.steps < 0) return [];
    if (length > 1) parts = joined(parts, length / 2);
    const anchors = inOrder(unique(parts));
    if (anchors.length > 0) return anchors.map(([oldAt, freshAt]) => [oldStart + oldAt, freshStart + freshAt]);
  }
  return [];
}

/** Numbers for twice as many words: each with the one that begins where it ends. */
function joined(parts, length) {
  const numbers = new Map();
  return parts.map((part) => {
    const result = new Int32Array(Math.max(0, part.length - length));
    for (let at = 0; at < result.length; at += 1) {
      // Below 2^53 while there are less than 2^26 different ones.
      const key = part[at] * 67_108_864 + part[at + length];
      let number = numbers.get(key);
      if (number === undefined) numbers.set(key, number = numbers.size);
      result[at] = number;
    }
    return result;
  });
}

function unique(parts) {
  const places = new Map();
  parts.forEach((part, side) => part.forEach((number, at) => {
    let place = places.get(number);
    if (place === undefined) places.set(number, place = [-1, -1]);
    place[side] = place[side] === -1 ? at : -2;
  }));
  return [...places.values()].filter(([first, second]) => first >= 0 && second >= 0).sort((a, b) => a[0] - b[0]);
}

/** The longest of the chains in which both places grow. */
function inOrder(pairs) {
  const tails = [];
  const previous = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, freshAt], index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]][1] < freshAt) low = middle + 1;
      else high = middle;
    }
    if (low > 0) previous[index] = tails[low - 1];
    tails[low] = index;
  });
  const chain = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index]) chain.push(pairs[index]);
  return chain.reverse();
}

/** The fewest edits (Myers), or nothing in common when there are too many of them. */
function shortest(old, fresh, budget) {
  const most = Math.min(mostEdits, old.length + fresh.length);
  const furthest = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const trace = [];
  for (let edits = 0; edits <= most; edits += 1) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = diagonal === -edits
        || (diagonal !== edits && furthest[middle + diagonal - 1] < furthest[middle + diagonal + 1]);
      let x = down ? furthest[middle + diagonal + 1] : furthest[middle + diagonal - 1] + 1;
      const from = x;
      // Nothing lies before the first word, so nothing is equal there either.
      while (x < old.length && old[x] === fresh[x - diagonal]) x += 1;
      budget.steps -= 1 + x - from;
      furthest[middle + diagonal] = x;
      if (x >= old.length && x - diagonal >= fresh.length) return walkBack(trace, old.length, fresh.length);
    }
    if (budget.steps < 0) return [];
    trace.push(furthest.slice(middle - edits - 1, middle + edits + 2));
  }
  return [];
}

function walkBack(trace, x, y) {
  const found = [];
  for (let edits = trace.length; edits >= 0; edits -= 1) {
    if (edits === 0) {
      if (x > 0) found.push([0, 0, x]);
      break;
    }
    const furthest = trace[edits - 1];
    const at = (diagonal) => furthest[diagonal + edits] ?? -1;
    const diagonal = x - y;
    const down = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
    const beforeX = down ? at(diagonal + 1) : at(diagonal - 1);
    const beforeY = beforeX - (down ? diagonal + 1 : diagonal - 1);
    const startX = down ? beforeX : beforeX + 1;
    if (x > startX) found.push([startX, startX - diagonal, x - startX]);
    x = beforeX;
    y = beforeY;
  }
  return found.reverse();
}

/**
 * Without what happens to be equal between larger changes, such as the spaces of a passage that was written anew: it
 * would cut the passage into pieces that nobody can read.
 */
function telling(texts, matches) {
  const starts = texts.map((tokens) => {
    const result = new Int32Array(tokens.length + 1);
    tokens.forEach((token, at) => { result[at + 1] = result[at] + token.length; });
    return result;
  });
  const length = (side, from, to) => starts[side][to] - starts[side][from];
  const all = [];
  for (const [oldStart, freshStart, size] of matches) {
    const last = all.at(-1);
    // What is found piece by piece stands side by side.
    if (last && last[0] + last[2] === oldStart && last[1] + last[2] === freshStart) last[2] += size;
    else all.push([oldStart, freshStart, size]);
  }
  const kept = [];
  let [oldAt, freshAt] = [0, 0];
  all.forEach(([oldStart, freshStart, size], index) => {
    const [oldNext, freshNext] = all[index + 1] ?? [texts[0].length, texts[1].length];
    const before = Math.max(length(0, oldAt, oldStart), length(1, freshAt, freshStart));
    const after = Math.max(length(0, oldStart + size, oldNext), length(1, freshStart + size, freshNext));
    const own = length(0, oldStart, oldStart + size);
    if (own <= before && own <= after) return;
    kept.push([oldStart, freshStart, size]);
    [oldAt, freshAt] = [oldStart + size, freshStart + size];
  });
  return kept;
}

/**
 * What was only added or only removed may often be cut in several ways, as "b, " or ", b" of "a, b, b, c". Where it
 * can, it begins with a line, and so with a field of JSON that is laid out.
 */
function settled([old, fresh], matches) {
  const kept = [...matches.map((found) => [...found]), [old.length, fresh.length, 0]];
  for (let index = 0; index + 1 < kept.length; index += 1) {
    const [found, next] = [kept[index], kept[index + 1]];
    const isRemoved = next[1] === found[1] + found[2];
    if (isRemoved === (next[0] === found[0] + found[2])) continue;
    const side = isRemoved ? 0 : 1;
    const [tokens, start, end] = [isRemoved ? old : fresh, found[side] + found[2], next[side]];
    for (let shift = 0; shift < found[2] && shift < mostShift; shift += 1) {
      if (shift > 0 && tokens[start - shift] !== tokens[end - shift]) break;
      if (!tokens[start - shift].includes("\n")) continue;
      found[2] -= shift;
      next[0] -= shift;
      next[1] -= shift;
      next[2] += shift;
      break;
    }
  }
  return kept;
}

function runs([old, fresh], matches) {
  const result = [];
  const add = (kind, tokens, start, end) => {
    if (start >= end) return;
    const text = tokens.slice(start, end).join("");
    if (result.at(-1)?.kind === kind) result.at(-1).text += text;
    else result.push({ kind, text });
  };
  let [oldAt, freshAt] = [0, 0];
  for (const [oldStart, freshStart, length] of [...matches, [old.length, fresh.length, 0]]) {
    add("removed", old, oldAt, oldStart);
    add("added", fresh, freshAt, freshStart);
    add("same", old, oldStart, oldStart + length);
    oldAt = oldStart + length;
    freshAt = freshStart + length;
  }
  return result;
}
