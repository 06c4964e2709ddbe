import './lib/no-eval.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import './tokens.css';
import './fonts.css';
import './base.css';
import './form.css';
import { startTheme } from './lib/theme.svelte.ts';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
startTheme();
mount(App, { target });
