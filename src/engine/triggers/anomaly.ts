import { defineTrigger, type Finding, type TriggerFired } from '@tomte/sdk/define';

const turns: Record<Finding['kind'], { order: number; word: string }> = {
  raised: { order: 0, word: 'found' },
  updated: { order: 1, word: 'news' },
  cleared: { order: 2, word: 'over' },
};

function findingOf(fired: TriggerFired): Finding | null {
  return fired.kind === 'anomaly' ? fired.finding : null;
}

/** Something unusual was found, there is news of it, or it is over. */
export default defineTrigger({
  title: 'Something unusual was found',

  matches(spec, fired) {
    if (!('anomaly' in spec) || fired.kind !== 'anomaly') return false;
    return spec.anomaly.about === (fired.about ?? fired.finding.detector);
  },

  runKey(fired) {
    const finding = findingOf(fired);
    return finding ? `anomaly:${finding.episode}:${finding.kind}:${finding.at}` : 'anomaly';
  },

  reason(fired) {
    const finding = findingOf(fired);
    return finding ? `Unusual, ${turns[finding.kind].word}: ${finding.title}` : 'Unusual';
  },

  lane(fired) {
    const finding = findingOf(fired);
    if (!finding) return null;
    // Within one millisecond, raised comes before updated before cleared.
    return { name: finding.episode, order: finding.at * 4 + turns[finding.kind].order };
  },
});
