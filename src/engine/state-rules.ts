export * from '@tomte/sdk/state-rules';
