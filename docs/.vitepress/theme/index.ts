/** The default theme, with the live demo for the front page. */
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import LiveDemo from './LiveDemo.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => {
    app.component('LiveDemo', LiveDemo);
  },
} satisfies Theme;
