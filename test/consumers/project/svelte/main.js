import { mount } from 'svelte';
import Banner from './Banner.svelte';

mount(Banner, {
  target: document.getElementById('root'),
  props: { url: `ws://${location.host}/` },
});
