/** The texts in German. */
import type { Diagnosis, DiagnosisCause } from 'websock-client/diagnose';
import type { Texts } from './texts.js';

const count = (n: number, one: string, many = one) =>
  `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

/** The sentence for each result of a diagnosis. */
const diagnoses: Record<DiagnosisCause, (found: Diagnosis) => string> = {
  none: () => 'Nichts steht im Weg.',
  address: ({ url }) => `${url} ist keine Adresse eines WebSockets.`,
  'mixed-content': () =>
    'Diese Seite kam über HTTPS, daher öffnet der Browser nur verschlüsselte WebSockets (wss:).',
  policy: () =>
    'Die Content Security Policy dieser Seite (connect-src) erlaubt die Verbindung nicht.',
  unreachable: ({ url }) =>
    `Unter ${url} antwortet nichts, oder der Browser traut dem Zertifikat nicht.`,
  silent: ({ url }) =>
    `Unter ${url} antwortet nichts, und nichts lehnt ab: Vielleicht verwirft eine Firewall die Pakete.`,
  refused: ({ status, reason }) => `Die Bridge lehnt mit ${status} ab: ${reason}`,
  hidden: () =>
    `Ein Server antwortet, aber nicht den Seiten von ${location.origin}. Ist er die Bridge, erlaubt --allow-origin ${location.origin} sie.`,
  upgrade: () =>
    'Die Bridge würde annehmen, aber der WebSocket erreicht sie nicht: Ein Proxy dazwischen reicht Upgrade nicht weiter.',
  'no-websocket': ({ status }) =>
    `Ein Server antwortet über HTTP mit ${status}, öffnet aber keinen WebSocket: Er ist nicht die Bridge, oder ein Proxy antwortet an ihrer Stelle.`,
  redirected: () =>
    'Der Server leitet um, zum Beispiel zu einer Anmeldung, und ein WebSocket folgt dem nicht.',
  subprotocol: () =>
    'Der Server nimmt einen WebSocket an, aber keines der angebotenen Subprotokolle.',
  buffering: () =>
    'Der WebSocket öffnet sich, aber es kommt nichts zurück: Ein Proxy dazwischen hält die Bytes fest.',
  closed: ({ code, reason }) =>
    `Der Server schließt den WebSocket mit Code ${code}${reason ? `: ${reason}` : '.'}`,
  cut: () =>
    'Die Verbindung reißt ab: Vielleicht beendet ein Proxy dazwischen Verbindungen ohne Verkehr.',
};

export const german: Texts = {
  language: 'de',
  // prettier-ignore
  page: {
    'Where to connect': 'Wohin verbinden',
    'Recent': 'Zuletzt',
    'Host': 'Rechner',
    'Port': 'Port',
    'Path': 'Pfad',
    'Characters': 'Zeichensatz',
    'Encrypt': 'Verschlüsseln',
    'Connect': 'Verbinden',
    'Tools': 'Werkzeuge',
    'Documentation': 'Dokumentation',
    'Find': 'Suchen',
    'Save': 'Sichern',
    'Log': 'Protokoll',
    'Recording (asciicast)': 'Aufnahme (asciicast)',
    'Copy as HTML': 'Als HTML kopieren',
    'Keys': 'Tasten',
    'Inspector': 'Inspektor',
    'Play back': 'Abspielen',
    'Play': 'Abspielen',
    'Pause': 'Pause',
    'Clear': 'Leeren',
    'As text': 'Als Text',
    'Export:': 'Ausgeben:',
    'JSON': 'JSON',
    'asciicast': 'asciicast',
    'noVNC': 'noVNC',
    'Sent and received': 'Was hin und her ging',
    'Bytes': 'Bytes',
    'Telnet options': 'Telnet-Optionen',
    'Option': 'Option',
    'Here': 'Hier',
    'Server': 'Server',
    'Unread': 'Ungelesen',
    'Unsent': 'Ungesendet',
    'Stops the server': 'Bremst den Server',
    'Flow': 'Flow',
    'Round trip': 'Umlaufzeit',
    'Dropped': 'Nicht mehr aufbewahrt',
    'Position': 'Stelle',
    'Speed': 'Tempo',
    'Settings': 'Einstellungen',
    'Full screen': 'Vollbild',
    'Previous': 'Zurück',
    'Next': 'Weiter',
    'Close': 'Schließen',
    'Ctrl': 'Strg',
    'Left': 'Links',
    'Up': 'Auf',
    'Down': 'Ab',
    'Right': 'Rechts',
    'Paste': 'Einfügen',
    'Copy': 'Kopieren',
    'Home': 'Pos1',
    'End': 'Ende',
    'PgUp': 'Bild↑',
    'PgDn': 'Bild↓',
    'Ins': 'Einfg',
    'Del': 'Entf',
    'Telnet: break': 'Telnet: Unterbrechung (Break)',
    'Telnet: interrupt process': 'Telnet: Programm abbrechen',
    'Telnet: are you there?': 'Telnet: Bist du da?',
    'Telnet: abort output': 'Telnet: Ausgabe abbrechen',
    'Terminal': 'Terminal',
    'Stop': 'Anhalten',
    'Find out why': 'Ursache suchen',
    'In': 'Empfangen',
    'Out': 'Gesendet',
    'Rate': 'Rate',
    'Size': 'Größe',
    'Subprotocol': 'Subprotokoll',
    'Backpressure': 'Rückstau',
    'Shift': 'Umschalt',
    'leaves the terminal': 'verlässt das Terminal',
    'Colors': 'Farben',
    'System': 'wie das System',
    'Dark': 'dunkel',
    'Light': 'hell',
    'VGA': 'VGA',
    'Font size': 'Schriftgröße',
    'Bell': 'Glocke',
    'Flash': 'Blitz',
    'Sound': 'Ton',
    'None': 'keine',
    'Backspace sends': 'Rücktaste sendet',
    'Font': 'Schrift',
    'monospace': 'monospace',
    'Aliases and triggers': 'Kürzel und Auslöser',
    'Images (SIXEL)': 'Bilder (SIXEL)',
    'Input line below the terminal': 'Eingabezeile unter dem Terminal',
    'Reconnect when the connection is lost': 'Nach Verlust der Verbindung neu verbinden',
    'Input line': 'Eingabezeile',
    'Gauges': 'Anzeigen',
    'Tab leaves the terminal': 'Tab verlässt das Terminal',
    'Screen reader': 'Bildschirmleser',
  },
  states: {
    connecting: 'Verbindet',
    open: 'Verbunden',
    suspended: 'Unterbrochen',
    closing: 'Trennt',
    closed: 'Nicht verbunden',
    waiting: 'Verbindet neu',
  },
  actions: {
    connecting: 'Abbrechen',
    open: 'Trennen',
    suspended: 'Trennen',
    closing: 'Auflegen',
    closed: 'Verbinden',
    waiting: 'Abbrechen',
  },
  start: 'Geben Sie eine Adresse ein und verbinden Sie sich.',
  to: (url) => `mit ${url}`,
  askFirst: (url) =>
    `Ein Link möchte eine Verbindung zu ${url}, das ist nicht der Server dieser Seite. Verbinden Sie sich nur, wenn Sie ihm trauen.`,
  terminal: 'Terminal. Umschalt+F6 verlässt es.',

  closedHere: 'Sie haben die Verbindung getrennt.',
  cancelled: 'Sie haben abgebrochen.',
  hungUp: 'Sie haben aufgelegt, bevor der Server geantwortet hat.',
  overflow:
    'Es kam mehr Ausgabe an, als diese Seite fasst; sie hat die Verbindung getrennt. Was vorher kam, wird angezeigt.',
  notCompressed: 'Der Server hat komprimierte Ausgabe (MCCP) gesendet, die beschädigt ist.',
  truncated:
    'Das Ende der Ausgabe fehlt: Der Browser hat es beim Schließen der Verbindung verworfen.',
  noConnection: (url, origin) =>
    `Keine Verbindung zu ${url}. Entweder antwortet dort nichts, oder die Bridge lehnt ab: ` +
    `Sie erreicht ihren Server nicht${origin ? ` oder lässt diese Seite nicht zu (--allow-origin ${origin})` : ''}.`,
  serverClosed: 'Der Server hat die Verbindung beendet.',
  goingAway: 'Die Bridge wird beendet.',
  lost: 'Die Verbindung ist verloren: Das Netz ist ausgefallen, oder die Bridge wurde beendet.',
  notResumed:
    'Die Sitzung ließ sich nicht fortsetzen: Das Netz war zu lange ausgefallen, oder die Bridge wurde neu gestartet. Die nächste Verbindung beginnt eine neue Sitzung.',
  ended: (reason) => `Die Bridge hat die Sitzung beendet: ${reason.replace(/\.$/, '')}.`,
  serverLost: (reason) =>
    `Die Bridge hat ihre Verbindung zum Server verloren${reason && `: ${reason}`}.`,
  closedWith: (code, reason) =>
    `Die Verbindung wurde mit Code ${code} beendet${reason && `: ${reason}`}.`,
  insecure:
    'Diese Seite kam über HTTPS, daher erlaubt der Browser nur verschlüsselte Verbindungen. Wählen Sie „Verschlüsseln“.',
  noAddress: (url) =>
    `Der Browser kann sich nicht mit ${url} verbinden. Prüfen Sie Rechner, Port und Pfad.`,
  diagnosing: 'Die Ursache wird gesucht ...',
  diagnosis: (found) => diagnoses[found.cause](found),
  noDiagnosis: (why) => `Die Ursache ließ sich nicht finden. ${why}`,
  noCharset: (name) => `Diese Seite kennt den Zeichensatz ${name} nicht.`,
  pressEnter: 'Die Eingabetaste verbindet neu.',
  tryAgain: (seconds) =>
    `Neuer Versuch in ${count(seconds, 'Sekunde', 'Sekunden')}, mit der Eingabetaste sofort.`,

  waits: 'Das Netz ist ausgefallen. Die Sitzung wartet, und mit ihr Ihre Eingaben.',
  unsent: (characters) =>
    `${count(characters, 'eingegebenes oder eingefügtes Zeichen', 'eingegebene oder eingefügte Zeichen')} nicht angekommen.`,
  sending: (percent) => `Eingefügter Text wird gesendet: ${percent} %`,
  stopped: (characters) => `Angehalten: Nicht gesendet: ${count(characters, 'Zeichen')} am Ende.`,
  notInCharset: (characters, name) => `Nicht gesendet, weil es in ${name} fehlt: ${characters}`,
  lineFull: (limit) =>
    `Die Zeile ist voll: Sie fasst ${count(limit, 'Zeichen')}. Der Rest ist verworfen.`,
  charset: (name) => `Der Server hat den Zeichensatz ${name} verlangt.`,
  noTelnet: 'Nicht gesendet: Nichts deutet darauf hin, dass dieser Server Telnet spricht.',
  logCut: (bytes) => `Das Protokoll enthält nur die letzten ${bytes}.`,
  recordingCut: 'Die Aufnahme war zu lang: Ihr Anfang fehlt.',
  copied: 'Kopiert.',
  wrongRule: (line) => `Kein Kürzel und kein Auslöser: ${line}`,
  circle: 'Die Auslöser liefen im Kreis und sind bis zur nächsten Verbindung abgeschaltet.',
  noClipboard: 'Der Browser lässt diese Seite nicht an die Zwischenablage.',
  noMatch: 'Nichts gefunden',
  matches: (index, total) => `${index} von ${total}`,
  recent: 'Zuletzt',
  notLoaded: 'Dieser Teil der Seite ließ sich nicht laden.',
  optionStates: { off: 'aus', pending: 'offen', on: 'an' },
  queue: (length, mark, limit) => `${length} (Marke ${mark}, Grenze ${limit})`,
  suspended: 'unterbrochen',
  more: (bytes) => `... von ${count(bytes, 'Byte', 'Bytes')}`,
  chooseEntry: 'Wählen Sie einen Eintrag, um seine Bytes zu sehen.',
  play: 'Abspielen',
  pause: 'Pause',
  playing: (name) => `${name} wird abgespielt.`,
  noRecording: (why) => `Diese Datei lässt sich nicht abspielen. ${why}`,
  notOwn: (origin) =>
    `Ein Link darf nur Dateien vom Server dieser Seite abspielen, nicht von ${origin}.`,
  disconnectFirst: 'Trennen Sie zuerst die Verbindung, um eine Aufnahme abzuspielen.',
  none: 'keines',
  yes: 'ja',
  no: 'nein',
};
