import { table } from "./data.js";
import { Examples } from "./similarity.js";

const tiers = table("tiers");
const thresholds = table("thresholds");

const examples = new Examples(
  Object.entries(tiers).flatMap(([tier, { intents }]) =>
    Object.entries(intents).flatMap(([intent, texts]) =>
      texts.map((text) => ({ text, item: { tier, intent } })),
    ),
  ),
  "features",
);

/**
 * @typedef {object} Route
 * @property {string} tier
 * @property {string | null} intent    null where nothing was similar enough
 * @property {Record<string, number>} scores  by tier
 */

/**
 * Chooses the tier that answers a clause: the nearest example decides, what the model saw in it weighs in.
 * @param {import("./reading.js").Reading} reading
 * @returns {Route}
 */
export function route(reading) {
  const matches = examples.nearest(reading);
  const evidence = evidenceIn(reading);
  const scores = Object.fromEntries(
    Object.keys(tiers).map((tier) => {
      const best = matches.find((match) => match.item.tier === tier)?.score ?? 0;
      return [tier, best + (evidence[tier] ?? 0)];
    }),
  );
  const [tier, score] = Object.entries(scores).reduce((a, b) => (b[1] > a[1] ? b : a));
  if (score < thresholds.route.minimum) return { tier: thresholds.route.default, intent: null, scores };
  const nearest = matches.find((match) => match.item.tier === tier && match.score > 0);
  return { tier, intent: nearest?.item.intent ?? null, scores };
}

/** The most demanding of several tiers: a prompt is as hard as its hardest clause. */
export function hardest(names) {
  return names.reduce((a, b) => (tiers[b].demand > tiers[a].demand ? b : a));
}

function evidenceIn({ tokens, entities, sentiment }) {
  const weigh = thresholds.evidence;
  const { sympathy, joy } = thresholds.sentiment;
  const has = (type) => entities.some((entity) => entity.type === type);
  const opensWith = tokens[0];
  return {
    simple:
      (opensWith?.pos === "INTJ" ? weigh.interjection : 0) +
      (entities.length === 0 && (sentiment <= sympathy || sentiment >= joy) ? weigh.feeling : 0),
    action: has("unit") || has("PERCENT") || has("TIME") ? weigh.quantity : 0,
    reasoning: opensWith?.pos === "ADV" && opensWith.lemma === "why" ? weigh.why : 0,
    code: has("language") ? weigh.language : 0,
  };
}
