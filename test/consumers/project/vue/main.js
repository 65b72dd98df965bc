import { createApp } from 'vue';
import Banner from './Banner.vue';

createApp(Banner, { url: `ws://${location.host}/` }).mount('#root');
