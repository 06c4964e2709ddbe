import type { Tool } from './tool.ts';
import acknowledgeAlert from './tools/acknowledge-alert.ts';
import alerts from './tools/alerts.ts';
import backtest from './tools/backtest.ts';
import doctor from './tools/doctor.ts';
import energyUse from './tools/energy-use.ts';
import history from './tools/history.ts';
import proposeChange from './tools/propose-change.ts';
import quietAlert from './tools/quiet-alert.ts';
import runs from './tools/runs.ts';
import searchHome from './tools/search-home.ts';
import why from './tools/why.ts';
import workflows from './tools/workflows.ts';

/** In the order in which a program reads them. Each costs its description at every turn: twelve at most. */
export const tools: readonly Tool[] = [
  ...[searchHome, history, energyUse, why, runs, workflows],
  ...[backtest, alerts, doctor, acknowledgeAlert, quietAlert, proposeChange],
];
