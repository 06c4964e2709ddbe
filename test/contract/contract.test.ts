/** What a home does, held against every home there is. One file, one after another: the last part restarts the home. */
import { describe } from 'vitest';
import { answersContract } from './answers.ts';
import { contractHomes } from './homes.ts';
import { linkedContract } from './linked.ts';
import { messagesContract } from './messages.ts';
import { pastContract } from './past.ts';
import { restartContract } from './restart.ts';
import { statesContract } from './states.ts';
import { wireContract } from './wire.ts';

describe.each(contractHomes())('$title', (row) => {
  describe('on the wire', () => wireContract(row));
  describe('as states and Actions', () => statesContract(row));
  describe('when asked', () => answersContract(row));
  describe('in the past', () => pastContract(row));
  describe('for messages', () => messagesContract(row));
  describe('through the Link', () => linkedContract(row));
  describe('through a restart', () => restartContract(row));
});
