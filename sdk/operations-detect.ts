/** What can be asked of detectors: settings, the past at each stop of the slider, answers, proof of watching. */
import { z } from 'zod';
import { op } from './operation.ts';
import * as d from './types-detect.ts';

const home = z.string().max(200);
const name = z.string().max(200);
const days = z.coerce.number().int().min(1).max(60).optional();
const settings = z.record(z.string(), z.unknown());
const none = z.strictObject({});

export const detectOperations = {
  listDetectors: op(
    'GET',
    'homes/:home/detectors',
    z.strictObject({ home }),
    z.array(d.detectorRow),
    'What can be found in a home: sensors, settings, who tells it.',
  ),
  setDetector: op(
    'PUT',
    'homes/:home/detectors/:name',
    z.strictObject({ home, name, settings }),
    d.detectorRow,
    'Change how a detector judges: its slider, its sensors, its limits.',
  ),
  previewDetector: op(
    'POST',
    'homes/:home/detectors/:name/preview',
    z.strictObject({ home, name, settings: settings.optional(), days }),
    d.preview,
    'What it would have told in the last 60 days, at each stop of the slider.',
  ),
  listFindings: op(
    'GET',
    'homes/:home/findings',
    z.strictObject({ home, detector: name.optional(), days }),
    z.array(d.findingRow),
    'What was found while Tomte watched, newest first, also what was not told.',
  ),
  answerFinding: op(
    'POST',
    'homes/:home/findings/answer',
    z.strictObject({
      home,
      episode: z.string().max(400),
      answer: d.answerId,
      by: z.string().max(80).optional(),
    }),
    d.givenAnswer,
    'Was this right? The answer changes at once what is told.',
  ),
  listAnswers: op(
    'GET',
    'homes/:home/answers',
    z.strictObject({ home, detector: name.optional() }),
    z.array(d.givenAnswer),
    'What a person answered, newest first, and what it hides.',
  ),
  undoAnswer: op(
    'DELETE',
    'homes/:home/answers/:id',
    z.strictObject({ home, id: z.string().max(200) }),
    d.givenAnswer,
    'Take an answer back; what it hid is told again.',
  ),
  watching: op(
    'GET',
    'homes/:home/watching',
    z.strictObject({ home }),
    d.watching,
    'Proof of watching: what is watched, what is not and why, the last heartbeat.',
  ),
  setHeartbeat: op(
    'PUT',
    'heartbeat',
    z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .max(2000)
        .nullable(),
    }),
    d.heartbeat,
    'The address that is called each minute while the homes are watched; null for none.',
  ),
  getHeartbeat: op('GET', 'heartbeat', none, d.heartbeat, 'The last heartbeat.'),
} as const;
