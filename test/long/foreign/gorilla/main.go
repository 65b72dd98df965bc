package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"github.com/gorilla/websocket"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	size, err := strconv.Atoi(os.Getenv("SIZE"))
	check(err)
	dialer := websocket.Dialer{Subprotocols: []string{"binary"}}
	ws, _, err := dialer.Dial(os.Getenv("URL"), nil)
	check(err)
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i % 251)
	}
	go func() { check(ws.WriteMessage(websocket.BinaryMessage, data)) }()
	var got []byte
	for len(got) < size {
		_, message, err := ws.ReadMessage()
		check(err)
		got = append(got, message...)
	}
	if os.Getenv("END") == "remote" {
		check(ws.WriteMessage(websocket.BinaryMessage, []byte("bye")))
	} else {
		close := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		check(ws.WriteMessage(websocket.CloseMessage, close))
	}
	_, _, err = ws.ReadMessage()
	closed, ok := err.(*websocket.CloseError)
	if !ok {
		panic(err)
	}
	fmt.Println(ws.Subprotocol(), bytes.Equal(got, data), closed.Code)
}
