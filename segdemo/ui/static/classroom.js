// The classroom: the names are hidden behind letters, in an order that a number in the link fixes
// for everybody; each viewer votes, then the names are revealed.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LARGEST_ROUND = 9999;
const QUESTION = "Which architecture drew which pane, and which is best? Look at outlines, thin parts, and what is missed.";

function randomRound() {
  return 1 + (crypto.getRandomValues(new Uint32Array(1))[0] % LARGEST_ROUND);
}

function newRoom(round) {
  return { round, guesses: {}, best: null, revealed: false };
}

// Numbers from 0 to 1 from a seed: mulberry32 (Tommy Ettinger, public domain).
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// The same order for everybody with the same round (Fisher and Yates).
function shuffled(items, round) {
  const order = [...items];
  const random = seeded(round);
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

// The panes as the viewer may see them: in the round's order, named by letters until revealed.
function captioned(panes, room) {
  if (!room) return panes.map((pane) => ({ ...pane, caption: pane.title, anonymous: false }));
  return shuffled(panes, room.round).map((pane, n) => ({
    ...pane,
    caption: room.revealed ? `${LETTERS[n]} = ${pane.title}` : LETTERS[n],
    letter: LETTERS[n],
    anonymous: !room.revealed,
  }));
}

// Whether a viewer named a pane rightly. Guesses are numbers of candidates, by letter.
function guessedRight(pane, candidates, room) {
  return candidates[room.guesses[pane.letter]]?.name === pane.name;
}

// For a pane: which is it, and is it the best? After the reveal, what was said and what is so.
function buildBallot(pane, candidates, room, changed) {
  const guess = room.guesses[pane.letter] ?? null;
  if (room.revealed) {
    const right = guessedRight(pane, candidates, room);
    const said = guess === null ? "No guess." : right ? "Right." : `You said ${candidates[guess].title}.`;
    const best = room.best === pane.letter ? " Your best." : "";
    return make("p", { class: "pane-ballot", "data-right": String(right) }, said + best);
  }
  const question = `Which is ${pane.letter}?`;
  const menu = menuOf(question, candidates.map((one) => one.title), guess, question, (n) => {
    room.guesses[pane.letter] = n;
    changed();
  });
  const radio = make("input", { type: "radio", name: "panes-best", "aria-label": `${pane.letter} is best` });
  radio.checked = room.best === pane.letter;
  radio.addEventListener("change", () => {
    room.best = pane.letter;
    changed();
  });
  return make("p", { class: "pane-ballot" }, menu, make("label", {}, radio, "best"));
}

// How far the vote is, or what came of it.
function roomText(room, panes, candidates, measuredOn) {
  if (!room.revealed) {
    const guessed = Object.values(room.guesses).filter((guess) => guess !== null).length;
    const best = room.best ? `, best: ${room.best}` : "";
    return `Round ${room.round}: ${guessed} of ${panes.length} guessed${best}. Who opens this page's link sees the same letters.`;
  }
  const right = panes.filter((pane) => guessedRight(pane, candidates, room)).length;
  const chosen = panes.find((pane) => pane.letter === room.best);
  const [top] = panes.filter((pane) => pane.numbers.miou !== undefined).sort((a, b) => b.numbers.miou - a.numbers.miou);
  const score = `${right} of ${panes.length} right.`;
  if (!chosen || !top) return score;
  const measured = `${(top.numbers.miou * 100).toFixed(1)} % mIoU on ${measuredOn}`;
  if (top.letter === chosen.letter) return `${score} Your best, ${chosen.title}, is the best of these elsewhere too: ${measured}.`;
  return `${score} Your best here is ${chosen.title}; the best of these elsewhere is ${top.title}, ${measured}.`;
}

// Above the panes: the state of the vote and what can be done. `act`: reveal(), again(), leave().
function buildRoomBar(room, act) {
  const text = make("p", { class: "room-text", "aria-live": "polite" });
  const reveal = pressable("Reveal", { class: "panes-button panes-strong" }, act.reveal);
  reveal.disabled = room.revealed;
  const buttons = [reveal, pressable("New round", {}, act.again), pressable("Leave the classroom", {}, act.leave)];
  return { bar: make("div", { class: "room-bar" }, text, make("div", {}, ...buttons)), text };
}
