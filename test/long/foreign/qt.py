import os

from PyQt5.QtCore import QCoreApplication, QUrl
from PyQt5.QtNetwork import QNetworkRequest
from PyQt5.QtWebSockets import QWebSocket

size, url, remote = int(os.environ['SIZE']), os.environ['URL'], os.environ['END'] == 'remote'
app = QCoreApplication([])
ws = QWebSocket()
data = bytes(i % 251 for i in range(size))
got = bytearray()


def receive(message):
    got.extend(bytes(message))
    if len(got) < size:
        return
    if remote:
        ws.sendBinaryMessage(b'bye')
    else:
        ws.close()


def disconnected():
    # PyQt5 does not report the subprotocol.
    print('unknown', str(got == data).lower(), int(ws.closeCode()))
    app.quit()


ws.connected.connect(lambda: ws.sendBinaryMessage(data))
ws.binaryMessageReceived.connect(receive)
ws.disconnected.connect(disconnected)
# Qt 5 has no argument for subprotocols.
request = QNetworkRequest(QUrl(url))
request.setRawHeader(b'Sec-WebSocket-Protocol', b'binary')
ws.open(request)
app.exec()
