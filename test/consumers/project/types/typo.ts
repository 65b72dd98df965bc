import { Websock } from 'websock-client';

new Websock().on('mesage', () => {});
