#!/usr/bin/env bash
# pyserial can't open a pseudo-terminal that ser2net serves: by default it gives up with "timeout while waiting for option
# 'control'". It sets DTR and RTS by RFC 2217 when it opens a port and waits for the answers. A pseudo-terminal (of a simulator,
# for example) has neither signal, and ser2net then answers nothing at all, neither the new state nor the old. (pyserial's
# `?ign_set_control` in the URL is meant for such servers.)
#
# Version:  Debian 12: ser2net 4.3.11-1, libgensio4 2.6.2-4, python3-serial 3.5-1.1
# Expected: an answer to each command, with the state that the port is in (RFC 2217: a command "must be acknowledged", with "the
#           value in use")
# Seen:     answers for the speed and for flow control, none for DTR and RTS; pyserial gives up
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq ser2net=4.3.11-1 libgensio4=2.6.2-4 libyaml-0-2=0.2.5-1 libavahi-client3=0.8-10+deb12u1 libavahi-common3=0.8-10+deb12u1 libsctp1=1.0.19+dfsg-2 \
  libwrap0=7.6.q-32 python3-serial=3.5-1.1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
cat >main.py <<'PY'
import os, pty, socket, subprocess, sys, time, tty
import serial

device, terminal = pty.openpty()
tty.setraw(terminal)
free = socket.create_server(('127.0.0.1', 0))
port = free.getsockname()[1]
free.close()
with open('ser2net.yaml', 'w') as file:
    file.write(f'''%YAML 1.1
---
connection: &one
  accepter: telnet(rfc2217),tcp,127.0.0.1,{port}
  connector: serialdev,{os.ttyname(terminal)},9600n81,local
''')
libraries = {'LD_LIBRARY_PATH': f'{os.getcwd()}/usr/lib/x86_64-linux-gnu:{os.getcwd()}/lib/x86_64-linux-gnu'}
server = subprocess.Popen(['usr/sbin/ser2net', '-n', '-u', '-c', 'ser2net.yaml', '-P', 'ser2net.pid'], env=os.environ | libraries, stderr=subprocess.DEVNULL)

def connect():
    for attempt in range(50):
        try:
            return socket.create_connection(('127.0.0.1', port), 5)
        except OSError:
            time.sleep(0.1)

def answer(command):
    """What ser2net answers to a command of RFC 2217."""
    with connect() as client:
        client.sendall(b'\xff\xfb\x2c')
        time.sleep(0.4)
        client.recv(4096)
        client.sendall(b'\xff\xfa\x2c' + command + b'\xff\xf0')
        client.settimeout(0.7)
        try:
            return client.recv(4096).hex(' ')
        except TimeoutError:
            return 'none'

try:
    answers = {}
    for name, command in [('speed', b'\x01\0\0\x4b\0'), ('no flow control', b'\x05\x01'), ('DTR on', b'\x05\x08'), ('DTR off', b'\x05\x09'),
                          ('RTS on', b'\x05\x0b'), ('RTS off', b'\x05\x0c')]:
        answers[name] = answer(command)
        print(f'{name}: {answers[name]}')
        time.sleep(0.3)
    try:
        serial.serial_for_url(f'rfc2217://127.0.0.1:{port}').close()
        opened = 'opens it'
    except serial.SerialException as error:
        opened = str(error)
    print(f'pyserial: {opened}')
finally:
    server.kill()
    server.wait()
silent = [name for name, said in answers.items() if said == 'none']
same = silent == ['DTR on', 'DTR off', 'RTS on', 'RTS off'] and "option 'control'" in opened
print('Reproduced: DTR and RTS get no answer' if same else 'Not reproduced')
sys.exit(0 if same else 1)
PY
PYTHONPATH=usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 main.py
